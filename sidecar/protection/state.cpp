// SPDX-License-Identifier: Apache-2.0
#include "protection/state.hpp"

namespace outrider::protection {

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
    case Action::doubt:
      return "doubt";
    case Action::begin:
      return "begin";
  }
  return "unknown";
}

}  // namespace outrider::protection
