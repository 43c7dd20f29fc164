// SPDX-License-Identifier: Apache-2.0
// An input as a list of changes to a file that was valid: 12 bytes each, so that
// mutations stay in step and a change reaches far behind a checksum.
//
//   byte 0      where: the low half is an area of the file, the high half a moment
//   byte 1      how: bits 0-1 width 1, 2, 4, 8; bits 2-3 set, add, xor, set to a
//               special number; bits 4-6 byte within the word
//   bytes 2-3   which 8-byte word of the area
//   bytes 4-11  the number, little-endian; of a special one the low byte chooses
#pragma once

#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "fuzz/fuzz.hpp"

namespace outrider::fuzz {

struct Patch {
  std::uint8_t where;
  std::uint8_t how;
  std::uint16_t word;
  std::uint64_t number;

  [[nodiscard]] unsigned area() const noexcept { return where & 15U; }
  [[nodiscard]] unsigned moment() const noexcept { return where >> 4U; }
};
inline constexpr std::size_t patch_bytes = 12;
inline constexpr std::size_t most_patches = 256;

/// Part of a file that patches address by word.
struct Area {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

inline constexpr std::array<std::uint64_t, 16> special_numbers{
    0,          1,          2,          0x7f,       0xff,       0x7fff,     0xffff,     1U << 20U,
    0x7fffffff, 0x80000000, 0xffffffff, 1ULL << 32, 1ULL << 47, 1ULL << 48, 1ULL << 63, ~0ULL};

inline std::vector<Patch> patches_of(Bytes bytes) {
  std::vector<Patch> patches;
  while (bytes.size() >= patch_bytes && patches.size() < most_patches) {
    Patch patch{bytes[0], bytes[1], 0, 0};
    std::memcpy(&patch.word, bytes.data() + 2, 2);
    std::memcpy(&patch.number, bytes.data() + 4, 8);
    patches.push_back(patch);
    bytes = bytes.subspan(patch_bytes);
  }
  return patches;
}

/// Where in a file the patch goes; its width fits there.
struct Target {
  std::uint64_t offset = 0;
  unsigned width = 0;
};

inline Target target_of(const Patch& patch, const Area& area) {
  if (area.bytes < 8) return {};
  const unsigned width = 1U << (patch.how & 3U);
  const std::uint64_t word = patch.word % (area.bytes / 8);
  const unsigned within = (patch.how >> 4U & 7U) / width * width;
  return {area.offset + word * 8 + within, width};
}

inline std::uint64_t patched(const Patch& patch, std::uint64_t before) {
  switch (patch.how >> 2U & 3U) {
    case 0:
      return patch.number;
    case 1:
      return before + patch.number;
    case 2:
      return before ^ patch.number;
    default:
      return special_numbers[patch.number % special_numbers.size()];
  }
}

/// Changes `file`, which may be mapped by others, a whole word of `width` at a time.
inline void apply(const Patch& patch, const Area& area, std::span<std::byte> file) {
  const Target target = target_of(patch, area);
  if (target.width == 0 || target.offset + target.width > file.size()) return;
  std::uint64_t number = 0;
  std::memcpy(&number, file.data() + target.offset, target.width);
  number = patched(patch, number);
  std::memcpy(file.data() + target.offset, &number, target.width);
}

}  // namespace outrider::fuzz
