// SPDX-License-Identifier: Apache-2.0
// Both clocks at once, where a thread of the sidecar begins something.
#pragma once

#include <time.h>

#include "runtime.hpp"

namespace outrider {

inline Now read_clocks() noexcept {
  timespec wall{};
  ::clock_gettime(CLOCK_REALTIME, &wall);
  return {steady_now(), std::chrono::seconds{wall.tv_sec} + nanoseconds{wall.tv_nsec}};
}

}  // namespace outrider
