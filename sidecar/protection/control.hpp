// SPDX-License-Identifier: Apache-2.0
// What people may ask through the control socket: kill and arm. From the body of
// a request and who sent it, as the kernel says, to a status and a JSON body.
// Everything, refused attempts too, is journalled.
#pragma once

#include <sys/types.h>

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "protection/commands.hpp"
#include "protection/kill_request.hpp"
#include "protection/scribe.hpp"

namespace outrider::protection {

inline constexpr std::size_t shortest_arm_reason = 20;  ///< characters
inline constexpr std::chrono::nanoseconds arm_interval = std::chrono::minutes(1);

struct Peer {
  uid_t uid = 0;
  pid_t pid = 0;
};

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

class Control {
 public:
  Control(Protection& protection, CommandDesk& desk, Scribe& scribe,
          std::chrono::milliseconds patience = std::chrono::seconds(2))
      : protection_(protection), desk_(desk), scribe_(scribe), patience_(patience) {}

  // Any thread but the guard; each waits for the guard and the disk.
  // Body: {"scope": "venue=binance", "reason": "..."}; no scope means global.
  ControlAnswer kill(std::string_view body, const Peer& peer, const Now& now);
  ControlAnswer arm(std::string_view body, const Peer& peer, const Now& now);

  /// Obeys new request files, journals them, removes them. A line each, to be logged.
  std::vector<std::string> obey(KillRequestWatch& watch);

 private:
  struct Wish;  ///< what a request asks for, understood

  ControlAnswer refuse(const Wish& wish, unsigned status, const std::string& why, const Now& now);
  ControlAnswer arm_seen(const Wish& wish, ScopeId scope, const Reply& seen, const Now& now);
  void take_back(const Wish& wish, const Reply& seen, const Now& now);

  Protection& protection_;
  CommandDesk& desk_;
  Scribe& scribe_;
  std::chrono::milliseconds patience_;
  std::mutex arming_;  ///< one arming at a time, from the question to the answer
  ArmLimiter limiter_;
};

}  // namespace outrider::protection
