// SPDX-License-Identifier: Apache-2.0
// One rule on one scope. A circuit breaker: TRADING -> HALTED (or REDUCE_ONLY) ->
// cooldown by the clock and the alert quiet -> PROBING -> TRADING, or back with
// the cooldown doubled. An entry block: REDUCE_ONLY for a time. Or a line to the
// kill switch. Names and kind are fixed before the guard sees it; the policy may
// change at a reload; the rest only the guard changes.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "protection/state.hpp"

namespace outrider::protection {

using ScopeId = std::uint16_t;
using BreakerId = std::uint16_t;

enum class BreakerAction : std::uint8_t {
  halt,    ///< a circuit breaker: HALTED
  kill,    ///< KILLED, as long as the alert fires and until a person arms
  reduce,  ///< a circuit breaker: REDUCE_ONLY
  block,   ///< an entry block: REDUCE_ONLY for `cooldown` from when the alert began to fire
};

/// A cooldown doubles up to here, unless it was longer from the start.
inline constexpr std::chrono::nanoseconds longest_cooldown = std::chrono::minutes(15);
/// TRADING for so long makes the next cooldown the first again.
inline constexpr std::chrono::nanoseconds good_spell = longest_cooldown;
/// In which `trips_to_kill` trips are too many.
inline constexpr std::chrono::nanoseconds trip_memory = std::chrono::minutes(10);
inline constexpr std::uint32_t most_trips_to_kill = 10;

/// What a breaker is registered as.
struct BreakerSpec {
  std::string_view rule;  ///< name of the alert
  ScopeId scope = 0;
  BreakerAction action = BreakerAction::halt;
  std::chrono::nanoseconds cooldown{};        ///< closed this long from the trip, at least
  std::chrono::nanoseconds quiet_period{};    ///< and until the alert was quiet this long
  std::chrono::nanoseconds success_window{};  ///< a probe is good when this has passed
  std::uint32_t probes = 0;                   ///< allowance of PROBING; 0: TRADING at once
  std::uint32_t trips_to_kill = 0;            ///< within `trip_memory`; 0: never
  bool auto_rearm = true;                     ///< false: closed until a person arms
  bool cancel_all = false;                    ///< a trip also wishes all orders cancelled
};

/// Minutes left of two causes that close the same. 0 is one that does not end by the clock.
constexpr std::uint32_t last_to_end(std::uint32_t one, std::uint32_t other) noexcept {
  return one == 0 || other == 0 ? 0 : std::max(one, other);
}

class Breaker {
 public:
  enum class Change : std::uint8_t {
    none,
    tripped,
    tripped_once_too_often,  ///< tripped, and its scope must be KILLED
    probing,
    cleared,
  };

  /// Before the guard sees it.
  void name(const BreakerSpec& spec) noexcept;
  /// Any thread; a reload may change the policy at any time.
  void set_policy(const BreakerSpec& spec) noexcept;

  /// One instance's signal in this pass; the worst of the pass counts.
  void observe(AlertSignal signal, double value) noexcept {
    if (signal < worst_) return;
    worst_ = signal;
    worst_value_ = value;
  }
  /// The same of the alert that ends an entry block early.
  void observe_clearing(AlertSignal signal) noexcept {
    if (signal > clearing_worst_) clearing_worst_ = signal;
  }

  /// Ends a pass: what the signals since the last call, and `probes` that traders
  /// have spent since, do. A rule without data neither trips nor holds; a pending
  /// alert holds.
  Change tick(const Now& now, std::uint32_t probes) noexcept;

  /// What a person's arming does to what only a person ends.
  Change release(const Now& now) noexcept;

  /// Closed from the start, as the record says. Times start anew, undoubled.
  void restore(const Entry& entry, const Now& now) noexcept;

  [[nodiscard]] std::string_view rule() const noexcept { return rule_.view(); }
  [[nodiscard]] ScopeId scope() const noexcept { return scope_; }
  [[nodiscard]] BreakerAction action() const noexcept { return action_; }
  [[nodiscard]] GateState state() const noexcept { return state_; }
  [[nodiscard]] const Cause& cause() const noexcept { return cause_; }
  /// How the trip that closed it is written down.
  [[nodiscard]] Action trip_action() const noexcept;
  /// Since when state() is what it is; TRADING: since it last began.
  [[nodiscard]] std::chrono::nanoseconds since_steady() const noexcept { return since_steady_; }
  [[nodiscard]] std::chrono::nanoseconds since_wall() const noexcept { return since_wall_; }
  /// Closed until a person arms.
  [[nodiscard]] bool is_held() const noexcept { return is_held_; }
  /// From the last trip to PROBING.
  [[nodiscard]] std::chrono::nanoseconds cooldown() const noexcept;
  /// Of this PROBING: the allowance, and the sum of what was spent of it.
  [[nodiscard]] std::uint32_t allowance() const noexcept { return allowance_; }
  [[nodiscard]] std::uint32_t probes_seen() const noexcept { return probes_seen_; }
  /// An entry block in force: minutes to go, rounded up; else 0.
  [[nodiscard]] std::uint32_t minutes_left() const noexcept { return minutes_left_; }
  [[nodiscard]] bool wishes_cancel_all() const noexcept {
    // relaxed: see set_policy.
    return cancel_all_.load(std::memory_order_relaxed);
  }
  /// The alert fired in the last finished pass.
  [[nodiscard]] bool firing() const noexcept { return last_ == AlertSignal::firing; }
  /// The alert went from not firing to firing in the last finished pass.
  [[nodiscard]] bool fired_now() const noexcept { return firing() && !fired_before_; }
  [[nodiscard]] double last_value() const noexcept { return last_value_; }
  /// Which of its scope's latches this rule has been written down for.
  [[nodiscard]] std::uint64_t noted_latch() const noexcept { return noted_latch_; }
  void set_noted_latch(std::uint64_t latch) noexcept { noted_latch_ = latch; }
  /// Any thread.
  [[nodiscard]] std::uint64_t trips() const noexcept {
    // relaxed: a count on its own.
    return trips_.load(std::memory_order_relaxed);
  }
  /// Any thread: of the day that began last.
  [[nodiscard]] std::uint64_t trips_today() const noexcept {
    // relaxed: as above; a difference that wraps is right again.
    return trips() - before_today_.load(std::memory_order_relaxed);
  }
  /// `already`: trips of this day that happened before this process began.
  void begin_day(std::uint64_t already) noexcept {
    // relaxed: see trips_today; stored under the registration's lock alone.
    before_today_.store(trips() - already, std::memory_order_relaxed);
  }
  void count_trip() noexcept {
    // relaxed: one writer, the guard; readers want the value, not an order.
    trips_.store(trips_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

 private:
  void take_signals() noexcept;
  [[nodiscard]] bool is_loud() const noexcept { return last_ >= AlertSignal::pending; }
  void close(const Now& now) noexcept;
  Change trip(const Now& now) noexcept;
  bool trips_too_often(const Now& now) noexcept;
  Change cool_down(const Now& now) noexcept;
  Change probe(const Now& now) noexcept;
  Change settle(const Now& now, std::uint32_t probes) noexcept;
  Change trade(const Now& now) noexcept;
  Change block(const Now& now) noexcept;
  [[nodiscard]] std::uint32_t minutes_to_go(const Now& now) const noexcept;

  RuleText rule_;
  ScopeId scope_ = 0;
  BreakerAction action_ = BreakerAction::halt;
  std::atomic<std::int64_t> cooldown_ns_{0};
  std::atomic<std::int64_t> quiet_ns_{0};
  std::atomic<std::int64_t> success_ns_{0};
  std::atomic<std::uint32_t> probes_{0};
  std::atomic<std::uint32_t> trips_to_kill_{0};
  std::atomic<bool> reduces_{false};
  std::atomic<bool> auto_rearm_{true};
  std::atomic<bool> cancel_all_{false};
  std::atomic<std::uint64_t> trips_{0};
  std::atomic<std::uint64_t> before_today_{0};

  GateState state_ = GateState::trading;
  AlertSignal worst_ = AlertSignal::clear;  ///< of the pass that runs
  AlertSignal last_ = AlertSignal::clear;   ///< of the last finished pass
  AlertSignal clearing_worst_ = AlertSignal::clear;
  bool fired_before_ = false;
  bool is_clearing_ = false;  ///< the clearing alert fired in the last finished pass
  bool clears_now_ = false;   ///< and not in the one before
  bool is_held_ = false;
  std::uint32_t doublings_ = 0;  ///< of the cooldown
  std::uint32_t allowance_ = 0;
  std::uint32_t probes_seen_ = 0;
  std::uint32_t remembered_ = 0;  ///< trips in `recent_`
  std::uint32_t minutes_left_ = 0;
  std::uint64_t noted_latch_ = 0;
  double worst_value_ = 0;
  double last_value_ = 0;
  std::chrono::nanoseconds since_steady_{};
  std::chrono::nanoseconds since_wall_{};
  std::chrono::nanoseconds tripped_steady_{};  ///< a block: when it last began to fire
  /// When the alert last spoke against trading; PROBING: or a probe was last spent.
  std::chrono::nanoseconds loud_steady_{};
  std::array<std::chrono::nanoseconds, most_trips_to_kill> recent_{};  ///< trips, oldest first
  Cause cause_;
};

}  // namespace outrider::protection
