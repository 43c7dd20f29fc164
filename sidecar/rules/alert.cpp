// SPDX-License-Identifier: Apache-2.0
#include "rules/alert.hpp"

#include <array>

namespace outrider::rules {

std::string_view state_name(AlertState state) {
  constexpr std::array<std::string_view, 4> names{"inactive", "pending", "firing", "no_data"};
  return names[static_cast<std::size_t>(state)];
}

AlertState Alert::observe(Condition condition, std::chrono::nanoseconds now) noexcept {
  if (condition == Condition::met) {
    clear_since.reset();
    if (!is_active()) {
      state = AlertState::pending;
      active_at = now;
    }
    if (state == AlertState::pending && now - active_at >= timing.hold) {
      state = AlertState::firing;
      fired_at = now;
    }
    return state;
  }
  if (state == AlertState::firing && timing.keep_firing.count() > 0) {
    if (!clear_since) clear_since = now;
    if (now - *clear_since < timing.keep_firing) return state;
  }
  if (is_active()) resolved_at = now;
  clear_since.reset();
  state = condition == Condition::unknown ? AlertState::no_data : AlertState::inactive;
  return state;
}

}  // namespace outrider::rules
