// SPDX-License-Identifier: Apache-2.0
#include "protection/breaker.hpp"

#include <algorithm>

namespace outrider::protection {

using std::chrono::nanoseconds;

void Breaker::name(const BreakerSpec& spec) noexcept {
  rule_.assign(spec.rule);
  scope_ = spec.scope;
  action_ = spec.action;
}

void Breaker::set_policy(const BreakerSpec& spec) noexcept {
  // relaxed, all: values on their own; the next tick uses the old or the new one.
  cooldown_ns_.store(spec.cooldown.count(), std::memory_order_relaxed);
  quiet_ns_.store(spec.quiet_period.count(), std::memory_order_relaxed);
  success_ns_.store(spec.success_window.count(), std::memory_order_relaxed);
  probes_.store(std::min(spec.probes, shm::most_probes), std::memory_order_relaxed);
  trips_to_kill_.store(std::min(spec.trips_to_kill, most_trips_to_kill), std::memory_order_relaxed);
  const bool reduces = spec.action == BreakerAction::reduce || spec.action == BreakerAction::block;
  reduces_.store(reduces, std::memory_order_relaxed);
  auto_rearm_.store(spec.auto_rearm, std::memory_order_relaxed);
  cancel_all_.store(spec.cancel_all, std::memory_order_relaxed);
}

nanoseconds Breaker::cooldown() const noexcept {
  // relaxed: see set_policy.
  const nanoseconds first{cooldown_ns_.load(std::memory_order_relaxed)};
  nanoseconds doubled = first;
  for (std::uint32_t i = 0; i < doublings_ && doubled < longest_cooldown; ++i) doubled *= 2;
  return std::max(first, std::min(doubled, longest_cooldown));
}

Action Breaker::trip_action() const noexcept {
  if (action_ == BreakerAction::block) return Action::block_entries;
  if (state_ == GateState::reduce_only) return is_held_ ? Action::hold_reduced : Action::reduce;
  return is_held_ ? Action::hold : Action::trip;
}

Breaker::Change Breaker::tick(const Now& now, std::uint32_t probes) noexcept {
  take_signals();
  if (action_ == BreakerAction::kill) return Change::none;
  if (action_ == BreakerAction::block) {
    const Change change = block(now);
    minutes_left_ = minutes_to_go(now);
    return change;
  }
  switch (state_) {
    case GateState::trading:
      return firing() ? trip(now) : Change::none;
    case GateState::probing:
      return firing() ? trip(now) : settle(now, probes);
    default:
      return cool_down(now);
  }
}

void Breaker::take_signals() noexcept {
  fired_before_ = firing();
  last_ = worst_;
  last_value_ = worst_value_;
  worst_ = AlertSignal::clear;
  worst_value_ = 0;
  const bool clears = clearing_worst_ == AlertSignal::firing;
  clears_now_ = clears && !is_clearing_;
  is_clearing_ = clears;
  clearing_worst_ = AlertSignal::clear;
}

void Breaker::close(const Now& now) noexcept {
  // relaxed: see set_policy.
  const bool reduces = reduces_.load(std::memory_order_relaxed);
  state_ = reduces ? GateState::reduce_only : GateState::halted;
  is_held_ = !auto_rearm_.load(std::memory_order_relaxed);
  since_steady_ = tripped_steady_ = loud_steady_ = now.steady;
  since_wall_ = now.wall;
  cause_ = Cause{rule_, {}, {}, last_value_};
}

Breaker::Change Breaker::trip(const Now& now) noexcept {
  if (state_ == GateState::probing) {
    ++doublings_;
  } else if (now.steady - since_steady_ >= good_spell) {
    doublings_ = 0;
  }
  close(now);
  count_trip();
  return trips_too_often(now) ? Change::tripped_once_too_often : Change::tripped;
}

bool Breaker::trips_too_often(const Now& now) noexcept {
  if (remembered_ == recent_.size()) {
    std::shift_left(recent_.begin(), recent_.end(), 1);
    --remembered_;
  }
  recent_[remembered_++] = now.steady;
  // relaxed: see set_policy.
  const std::uint32_t limit = trips_to_kill_.load(std::memory_order_relaxed);
  if (limit == 0 || remembered_ < limit) return false;
  if (now.steady - recent_[remembered_ - limit] > trip_memory) return false;
  remembered_ = 0;  // after the arming it takes as many again
  return true;
}

Breaker::Change Breaker::cool_down(const Now& now) noexcept {
  if (is_loud()) {
    loud_steady_ = now.steady;
    return Change::none;
  }
  // relaxed: see set_policy.
  const nanoseconds quiet{quiet_ns_.load(std::memory_order_relaxed)};
  const bool is_over = now.steady - since_steady_ >= cooldown();
  return !is_held_ && is_over && now.steady - loud_steady_ >= quiet ? probe(now) : Change::none;
}

Breaker::Change Breaker::release(const Now& now) noexcept {
  if (!is_held_) return Change::none;
  is_held_ = false;
  return probe(now);
}

Breaker::Change Breaker::probe(const Now& now) noexcept {
  // relaxed: see set_policy.
  allowance_ = probes_.load(std::memory_order_relaxed);
  probes_seen_ = 0;
  if (allowance_ == 0) return trade(now);
  state_ = GateState::probing;
  since_steady_ = loud_steady_ = now.steady;
  since_wall_ = now.wall;
  return Change::probing;
}

// A probe is good when the success window has passed behind it. Probes beyond the
// allowance, of another trader's part of the scope, do not make it longer.
Breaker::Change Breaker::settle(const Now& now, std::uint32_t probes) noexcept {
  const bool counts = probes > 0 && probes_seen_ < allowance_;
  if (counts || is_loud()) loud_steady_ = now.steady;
  if (counts) probes_seen_ += std::min(probes, allowance_ - probes_seen_);
  // relaxed: see set_policy.
  const nanoseconds window{success_ns_.load(std::memory_order_relaxed)};
  return now.steady - loud_steady_ >= window && !is_loud() ? trade(now) : Change::none;
}

Breaker::Change Breaker::trade(const Now& now) noexcept {
  state_ = GateState::trading;
  since_steady_ = now.steady;
  since_wall_ = now.wall;
  return Change::cleared;
}

Breaker::Change Breaker::block(const Now& now) noexcept {
  if (fired_now()) {
    count_trip();
    tripped_steady_ = now.steady;  // once more, from now on
    if (state_ != GateState::trading) return Change::none;
    close(now);
    return Change::tripped;
  }
  if (state_ == GateState::trading) return Change::none;
  const bool is_over = now.steady - tripped_steady_ >= cooldown() && !is_loud();
  return clears_now_ || is_over ? trade(now) : Change::none;
}

std::uint32_t Breaker::minutes_to_go(const Now& now) const noexcept {
  if (state_ == GateState::trading) return 0;
  const nanoseconds left = tripped_steady_ + cooldown() - now.steady;
  // Past its time while the alert still fires: there is no saying how long.
  const nanoseconds more = std::max(left - nanoseconds(1), nanoseconds(0));
  return static_cast<std::uint32_t>(more / std::chrono::minutes(1)) + 1;
}

void Breaker::restore(const Entry& entry, const Now& now) noexcept {
  state_ = state_after(entry.action);
  is_held_ = entry.action == Action::hold || entry.action == Action::hold_reduced;
  cause_ = entry.cause;
  since_wall_ = entry.wall;
  since_steady_ = tripped_steady_ = loud_steady_ = now.steady;
}

}  // namespace outrider::protection
