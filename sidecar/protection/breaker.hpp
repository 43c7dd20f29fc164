// SPDX-License-Identifier: Apache-2.0
// One rule on one scope: a circuit breaker (TRADING -> HALTED -> cooldown by the
// clock and the alert quiet -> TRADING), or a line to the kill switch. Names and
// action are fixed before the guard sees it; the rest only the guard changes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "protection/state.hpp"

namespace outrider::protection {

using ScopeId = std::uint16_t;
using BreakerId = std::uint16_t;

enum class BreakerAction : std::uint8_t { halt, kill };

/// What a breaker is registered as.
struct BreakerSpec {
  std::string_view rule;  ///< name of the alert
  ScopeId scope = 0;
  BreakerAction action = BreakerAction::halt;
  std::chrono::nanoseconds cooldown{};      ///< HALTED lasts this long from the trip, at least
  std::chrono::nanoseconds quiet_period{};  ///< and until the alert was quiet this long
};

class Breaker {
 public:
  enum class Change : std::uint8_t { none, tripped, cleared };

  /// Before the guard sees it.
  void name(const BreakerSpec& spec) noexcept {
    rule_.assign(spec.rule);
    scope_ = spec.scope;
    action_ = spec.action;
  }
  /// Any thread; a reload may change the times while the breaker is HALTED.
  void set_times(const BreakerSpec& spec) noexcept {
    // relaxed: values on their own; the next tick uses the old or the new one.
    cooldown_ns_.store(spec.cooldown.count(), std::memory_order_relaxed);
    quiet_ns_.store(spec.quiet_period.count(), std::memory_order_relaxed);
  }

  /// One instance's signal in this pass; the worst of the pass counts.
  void observe(AlertSignal signal, double value) noexcept {
    if (signal < worst_) return;
    worst_ = signal;
    worst_value_ = value;
  }

  /// Ends a pass: what the signals since the last call do to a circuit breaker.
  /// A rule without data neither trips nor holds; a pending alert holds.
  Change tick(const Now& now) noexcept;

  /// HALTED from the start, as the journal says. The cooldown starts anew.
  void restore_halted(const Cause& cause, std::chrono::nanoseconds wall, const Now& now) noexcept;

  [[nodiscard]] std::string_view rule() const noexcept { return rule_.view(); }
  [[nodiscard]] ScopeId scope() const noexcept { return scope_; }
  [[nodiscard]] BreakerAction action() const noexcept { return action_; }
  [[nodiscard]] GateState state() const noexcept { return state_; }
  [[nodiscard]] const Cause& cause() const noexcept { return cause_; }
  [[nodiscard]] std::chrono::nanoseconds since_wall() const noexcept { return since_wall_; }
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
  void count_trip() noexcept {
    // relaxed: one writer, the guard; readers want the value, not an order.
    trips_.store(trips_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

 private:
  RuleText rule_;
  ScopeId scope_ = 0;
  BreakerAction action_ = BreakerAction::halt;
  std::atomic<std::int64_t> cooldown_ns_{0};
  std::atomic<std::int64_t> quiet_ns_{0};
  std::atomic<std::uint64_t> trips_{0};

  GateState state_ = GateState::trading;
  AlertSignal worst_ = AlertSignal::clear;  ///< of the pass that runs
  AlertSignal last_ = AlertSignal::clear;   ///< of the last finished pass
  bool fired_before_ = false;
  std::uint64_t noted_latch_ = 0;
  double worst_value_ = 0;
  double last_value_ = 0;
  std::chrono::nanoseconds since_steady_{};
  std::chrono::nanoseconds loud_steady_{};  ///< when the alert last spoke against trading
  std::chrono::nanoseconds since_wall_{};
  Cause cause_;
};

}  // namespace outrider::protection
