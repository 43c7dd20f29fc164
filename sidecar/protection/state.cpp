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
    case Action::hold:
      return "hold";
    case Action::reduce:
      return "reduce";
    case Action::hold_reduced:
      return "hold_reduced";
    case Action::block_entries:
      return "block_entries";
    case Action::halt:
      return "halt";
    case Action::probe:
      return "probe";
    case Action::cancel_all:
      return "cancel_all";
    case Action::unblock:
      return "unblock";
    case Action::directive:
      return "directive";
    case Action::on_stale:
      return "on_stale";
  }
  return "unknown";
}

}  // namespace outrider::protection
