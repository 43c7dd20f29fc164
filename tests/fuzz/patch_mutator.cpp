// SPDX-License-Identifier: Apache-2.0
// Mutations of a list of patches: half of them keep its shape (add, drop, repeat
// or change one patch), the other half are libFuzzer's own.
#include <random>

#include "fuzz/patches.hpp"

extern "C" std::size_t LLVMFuzzerMutate(  // NOLINT(readability-identifier-naming): libFuzzer's
    std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

using outrider::fuzz::patch_bytes;
constexpr std::size_t head_bytes = 1;  // every target of patches begins with a byte of flags

using Random = std::minstd_rand;

void fill_at_random(std::uint8_t* patch, Random& random) {
  patch[0] = static_cast<std::uint8_t>(random());
  // Whole words, and of these the special numbers most of all.
  patch[1] = static_cast<std::uint8_t>(random() % 4 != 0 ? 0x0f : random());
  patch[2] = static_cast<std::uint8_t>(random());
  patch[3] = static_cast<std::uint8_t>(random() % 4 != 0 ? 0 : random());
  for (std::size_t i = 4; i < patch_bytes; ++i) patch[i] = static_cast<std::uint8_t>(random());
}

/// Bytes of the input after the change.
std::size_t change_one(std::uint8_t* data, std::size_t size, std::size_t most, Random& random) {
  const std::size_t count = (size - head_bytes) / patch_bytes;
  std::uint8_t* chosen = data + head_bytes + (count > 0 ? random() % count : 0) * patch_bytes;
  std::uint8_t* end = data + head_bytes + count * patch_bytes;
  const bool has_room = head_bytes + (count + 1) * patch_bytes <= most;
  switch (random() % 5) {
    case 0:
      if (!has_room) break;
      fill_at_random(end, random);
      return head_bytes + (count + 1) * patch_bytes;
    case 1:
      if (!has_room || count == 0) break;
      std::memcpy(end, chosen, patch_bytes);
      return head_bytes + (count + 1) * patch_bytes;
    case 2:
      if (count == 0) break;
      std::memmove(chosen, chosen + patch_bytes,
                   static_cast<std::size_t>(end - chosen) - patch_bytes);
      return head_bytes + (count - 1) * patch_bytes;
    case 3:
      if (count == 0) break;
      chosen[0] = static_cast<std::uint8_t>((chosen[0] & 15U) | (random() % 16) << 4U);
      return size;
    default:
      break;
  }
  if (count == 0) return LLVMFuzzerMutate(data, size, most);
  LLVMFuzzerMutate(chosen, patch_bytes, patch_bytes);
  return size;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(  // NOLINT(readability-identifier-naming): its name
    std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  Random random{seed};
  if (size <= head_bytes || random() % 2 == 0) return LLVMFuzzerMutate(data, size, most);
  return change_one(data, size, most, random);
}
