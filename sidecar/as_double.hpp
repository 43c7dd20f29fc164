// SPDX-License-Identifier: Apache-2.0
// Counts and durations as series and pages have them.
#pragma once

#include <chrono>
#include <cstdint>

namespace outrider {

constexpr double as_double(std::uint64_t count) noexcept {
  return static_cast<double>(count);
}

constexpr double seconds(std::chrono::nanoseconds duration) noexcept {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace outrider
