// SPDX-License-Identifier: Apache-2.0
#include "protection/breaker.hpp"

namespace outrider::protection {

Breaker::Change Breaker::tick(const Now& now) noexcept {
  fired_before_ = firing();
  last_ = worst_;
  last_value_ = worst_value_;
  worst_ = AlertSignal::clear;
  worst_value_ = 0;
  if (action_ == BreakerAction::kill) return Change::none;

  if (state_ == GateState::trading) {
    if (last_ != AlertSignal::firing) return Change::none;
    state_ = GateState::halted;
    since_steady_ = loud_steady_ = now.steady;
    since_wall_ = now.wall;
    cause_ = Cause{rule_, {}, {}, last_value_};
    count_trip();
    return Change::tripped;
  }
  if (last_ == AlertSignal::firing || last_ == AlertSignal::pending) {
    loud_steady_ = now.steady;
    return Change::none;
  }
  // relaxed: see set_times.
  const std::chrono::nanoseconds cooldown{cooldown_ns_.load(std::memory_order_relaxed)};
  const std::chrono::nanoseconds quiet{quiet_ns_.load(std::memory_order_relaxed)};
  if (now.steady - since_steady_ < cooldown || now.steady - loud_steady_ < quiet) {
    return Change::none;
  }
  state_ = GateState::trading;
  return Change::cleared;
}

void Breaker::restore_halted(const Cause& cause, std::chrono::nanoseconds wall,
                             const Now& now) noexcept {
  state_ = GateState::halted;
  cause_ = cause;
  since_wall_ = wall;
  since_steady_ = loud_steady_ = now.steady;
}

}  // namespace outrider::protection
