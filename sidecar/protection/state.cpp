// SPDX-License-Identifier: Apache-2.0
#include "protection/state.hpp"

namespace outrider::protection {

std::string_view state_word(State state) noexcept {
  switch (state) {
    case State::trading:
      return "TRADING";
    case State::probing:
      return "PROBING";
    case State::reduce_only:
      return "REDUCE_ONLY";
    case State::halted:
      return "HALTED";
    case State::unarmed:
      return "UNARMED";
    case State::killed:
      return "KILLED";
  }
  return "UNARMED";
}

std::string_view action_word(Action action) noexcept {
  switch (action) {
    case Action::trip:
      return "trip";
    case Action::clear:
      return "clear";
    case Action::kill:
      return "kill";
    case Action::arm:
      return "arm";
    case Action::arm_at_start:
      return "arm_at_start";
    case Action::refused:
      return "refused";
  }
  return "unknown";
}

}  // namespace outrider::protection
