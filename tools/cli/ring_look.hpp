// SPDX-License-Identifier: Apache-2.0
// Looking into a lane's ring without taking anything out: the trader does not know, and
// the sidecar goes on draining. What was overwritten while it was read is not believed.
#pragma once

#include <cstdint>
#include <vector>

#include "cli/opened.hpp"

namespace outrider::cli {

struct RingLook {
  std::vector<shm::Sample> samples;  ///< numbers `next - samples.size()` to `next - 1`
  std::uint64_t next = 0;            ///< the number of the sample that comes next
  std::uint64_t missed = 0;          ///< from `from` on, but overwritten before they were read
  bool impossible = false;           ///< a head that cannot be: nothing was read
};

/// Samples of `lane` from number `from` on. `lane` <= geometry.lanes.
RingLook look_into_ring(const Opened& opened, std::uint32_t lane, std::uint64_t from);

/// The number of the next sample that the lane's writer will push.
std::uint64_t head_of(const Opened& opened, std::uint32_t lane);

}  // namespace outrider::cli
