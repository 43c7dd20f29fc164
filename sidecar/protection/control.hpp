// SPDX-License-Identifier: Apache-2.0
// What people may ask of the sidecar: kill, halt, arm, and to tell traders something. From the body
// of a request and who sent it to a status and a JSON body. Everything, refused attempts too, is
// journalled.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protection/caller.hpp"
#include "protection/commands.hpp"
#include "protection/scribe.hpp"

namespace outrider::protection {

inline constexpr std::size_t shortest_arm_reason = 20;  ///< characters
inline constexpr std::chrono::nanoseconds arm_interval = std::chrono::minutes(1);

/// What is in force is told at once where the disk hangs, else when it is on disk, too.
inline constexpr std::chrono::milliseconds longest_wait_for_disk{500};

/// `status` as in HTTP; the body is {"ok":...,"scope":...,"state":...,"message":...}.
struct ControlAnswer {
  unsigned status = 200;
  std::string body;
};

/// At most one arming a minute and scope; one that failed does not count.
class ArmLimiter {
 public:
  bool take(ScopeId scope, std::chrono::nanoseconds now);
  void refund(ScopeId scope) { last_.erase(scope); }

 private:
  std::map<ScopeId, std::chrono::nanoseconds> last_;
};

/// Refused attempts are journalled, but nobody may fill a disk by being refused: a
/// burst of sixty, then one a second. What found no room is told with the next.
class RefusalLimiter {
 public:
  bool take(std::chrono::nanoseconds now);
  /// How many were not written since this was last asked.
  std::uint64_t take_unwritten() { return std::exchange(unwritten_, 0); }

 private:
  static constexpr std::chrono::nanoseconds each = std::chrono::seconds(1);
  static constexpr int burst = 60;
  std::chrono::nanoseconds spent_until_{};  ///< when the bucket is full again
  std::uint64_t unwritten_ = 0;
};

struct ControlOptions {
  /// How long the guard may take to answer.
  std::chrono::milliseconds patience = std::chrono::seconds(2);
  /// Lifting KILLED takes two persons within `second_person_within` of each other.
  bool needs_second_person = false;
};

inline constexpr std::chrono::nanoseconds second_person_within = std::chrono::minutes(5);

class Control {
 public:
  Control(Protection& protection, CommandDesk& desk, Scribe& scribe, ControlOptions options = {})
      : protection_(protection),
        desk_(desk),
        scribe_(scribe),
        patience_(options.patience),
        needs_second_person_(options.needs_second_person) {}

  /// Any thread; from the next arming on.
  void need_second_person(bool needed) { needs_second_person_ = needed; }
  /// While there may be kill requests that nobody can see, nothing is armed.
  void see_kill_requests(bool seen) { sees_kill_requests_ = seen; }

  // Any thread but the guard; each waits for the guard. What closes is answered when it
  // is in force: {"journalled": true}, or false with "journal_problem", says whether it
  // is on disk, too. Only an arming needs the disk.
  // Body: {"scope": "venue=binance", "reason": "..."}; no scope means global.
  ControlAnswer kill(std::string_view body, const Caller& caller, const Now& now);
  /// Also {"for": "10m"}; without it until armed.
  ControlAnswer halt(std::string_view body, const Caller& caller, const Now& now);
  ControlAnswer arm(std::string_view body, const Caller& caller, const Now& now);
  /// Also {"directive": "scale_down", "parameters": "factor=0.5"}.
  ControlAnswer direct(std::string_view body, const Caller& caller, const Now& now);

 private:
  struct Wish;  ///< what a request asks for, understood
  /// Somebody wants to lift KILLED, and another person must want it too.
  struct FirstPerson {
    std::string name;
    std::uint64_t kills_seen = 0;
    std::chrono::nanoseconds asked{};  ///< steady
  };

  ControlAnswer refuse(const Wish& wish, unsigned status, const std::string& why, const Now& now);
  [[nodiscard]] std::string why_nothing_is_armed(const Wish& wish) const;
  [[nodiscard]] bool is_second_person(const Wish& wish, ScopeId scope, const Reply& seen,
                                      const Now& now);
  ControlAnswer close(const Command& command, const Wish& wish, const std::string& done);
  ControlAnswer arm_seen(const Wish& wish, ScopeId scope, const Reply& seen, const Now& now);
  void take_back(const Wish& wish, const Reply& seen, const Now& now);

  Protection& protection_;
  CommandDesk& desk_;
  Scribe& scribe_;
  const std::chrono::milliseconds patience_;
  std::atomic<bool> needs_second_person_;
  std::atomic<bool> sees_kill_requests_{true};
  std::mutex arming_;  ///< one arming at a time, from the question to the answer
  ArmLimiter limiter_;
  std::map<ScopeId, FirstPerson> first_persons_;
  std::mutex refusing_;
  RefusalLimiter refusals_;
};

}  // namespace outrider::protection
