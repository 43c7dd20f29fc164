// SPDX-License-Identifier: Apache-2.0
#include "segments/reject_text.hpp"

namespace outrider::segments {

std::string_view to_text(shm::RejectCode code) noexcept {
  switch (code) {
    case shm::RejectCode::none:
      return "";
    case shm::RejectCode::clock_skew:
      return "found its clock over 10 ms off; needed the sidecar's; restart it";
    case shm::RejectCode::foreign_clock:
      return "found a clock nobody else reads; needed one; set OUTRIDER_CLOCK";
    case shm::RejectCode::no_heartbeat:
      return "found no heartbeat yet; needed one; see its housekeeping";
  }
  return "";
}

}  // namespace outrider::segments
