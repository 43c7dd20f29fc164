// SPDX-License-Identifier: Apache-2.0
// What the recorder counts of itself, for any thread to read.
#pragma once

#include <atomic>
#include <cstdint>

namespace outrider::flight {

struct FlightCounts {
  std::atomic<std::uint64_t> made{0};
  std::atomic<std::uint64_t> failed{0};
  std::atomic<std::uint64_t> trips_unrecorded{0};  ///< too soon after a recording
};

}  // namespace outrider::flight
