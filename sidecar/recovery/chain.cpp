// SPDX-License-Identifier: Apache-2.0
#include "recovery/chain.hpp"

namespace outrider::recovery {

Chain::Look Chain::begin(std::size_t step) {
  state_ = State::acting;
  step_ = step;
  return {{}, step};
}

Chain::Look Chain::look(const config::RecoveryConfig& config, Health health, nanoseconds now) {
  switch (state_) {
    case State::resting:
      if (health != Health::firing || now < not_before_) return {};
      not_before_ = now + config.cooldown;
      return begin(0);
    case State::acting:
      return {};
    case State::verifying:
      return verify(config, health, now);
    case State::exhausted:
      if (health == Health::clear) state_ = State::resting;
      return {};
  }
  return {};
}

void Chain::acted(const config::RecoveryConfig& config, bool done, nanoseconds now) {
  state_ = State::verifying;
  was_done_ = done;
  verified_until_ = done ? now + config.steps[step_].verify : now;
}

Chain::Look Chain::verify(const config::RecoveryConfig& config, Health health, nanoseconds now) {
  if (was_done_ && health == Health::clear) {
    state_ = State::resting;
    return {Ended{step_, Result::recovered}, {}};
  }
  if (now < verified_until_) return {};
  const Ended ended{step_, was_done_ ? Result::not_verified : Result::failed};
  if (health == Health::clear) {
    state_ = State::resting;  // by itself: what failed has not helped
    return {ended, {}};
  }
  if (step_ + 1 == config.steps.size()) {
    state_ = State::exhausted;
    return {ended, {}};
  }
  Look next = begin(step_ + 1);
  next.ended = ended;
  return next;
}

}  // namespace outrider::recovery
