// SPDX-License-Identifier: Apache-2.0
// Mappings of files that somebody may cut short while we look at them. A look
// past the end of a file is a SIGBUS; for a mapping that is watched, the handler
// puts zeroes in the place of all of it and raises a flag. Whoever reads such a
// mapping asks for the flag after it has read and before it acts on what it saw.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "outrider/shm/file.hpp"

namespace outrider::segments {

/// Mappings that can be watched at once: two for each generation that is attached, and
/// one for each producer's checkpoint; for an interval log two more a producer.
inline constexpr std::size_t max_watched = 4096;

struct WatchedRange;

/// Watches one mapping for as long as it lives, which must not be longer than the
/// mapping. Any thread may fault and any thread may ask.
class FaultWatch {
 public:
  FaultWatch() noexcept = default;
  /// False as a bool when there is no room for another one.
  explicit FaultWatch(const shm::Mapping& mapping, shm::Access access) noexcept;
  FaultWatch(FaultWatch&& other) noexcept : range_{std::exchange(other.range_, nullptr)} {}
  FaultWatch& operator=(FaultWatch&& other) noexcept {
    std::swap(range_, other.range_);
    return *this;
  }
  ~FaultWatch();

  explicit operator bool() const noexcept { return range_ != nullptr; }

  /// Whether the file was found shorter than the mapping: what is read now are
  /// zeroes, and what was read since the last call that said false may be.
  [[nodiscard]] bool faulted() const noexcept;

 private:
  WatchedRange* range_ = nullptr;
};

}  // namespace outrider::segments
