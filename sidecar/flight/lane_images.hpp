// SPDX-License-Identifier: Apache-2.0
// The rings of a segment that its trader goes on writing, read at once into memory: a disk
// takes milliseconds, in which a fast trader has overwritten all of them. By reads alone: a
// file that is cut short meanwhile ends a read, not us.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "outrider/shm/file.hpp"

namespace outrider::flight {

/// Of one lane: numbers `from` to `to` - 1 are in the copy as they were recorded. What is
/// older may have been overwritten while it was read.
struct WholeSamples {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

struct LaneImage {
  std::uint64_t head_at = 0;  ///< in the file: of the number of the next sample
  std::uint64_t ring_at = 0;
  std::vector<std::byte> ring;
  WholeSamples whole;
};

/// Of all lanes together, so many bytes may be in memory.
inline constexpr std::size_t most_image_bytes = std::size_t{32} << 20;

struct LaneImages {
  std::vector<LaneImage> lanes;  ///< from the first on
  std::size_t bytes = 0;
  bool is_whole = false;  ///< every lane that was in use
};

/// Of a file without a whole header: none.
LaneImages read_lanes(const shm::Descriptor& segment, std::size_t most_bytes);

}  // namespace outrider::flight
