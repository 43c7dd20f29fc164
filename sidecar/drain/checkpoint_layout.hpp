// SPDX-License-Identifier: Apache-2.0
// Inside of checkpoint.cpp and checkpoint_look.cpp: where things lie in the file.
#pragma once

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>

#include "drain/checkpoint.hpp"
#include "outrider/shm/layout.hpp"

namespace outrider::drain::checkpoint_file {

inline constexpr std::uint64_t checkpoint_magic = 0x31'4B'52'44'52'54'55'4F;  // "OUTRDRK1"
inline constexpr std::uint32_t max_rows = 8192;
inline constexpr std::uint64_t text_bytes = 1 << 20;
/// Room for the cells of one image. The file is sparse: blocks are allocated
/// when a row is added, so this is address space, not memory.
inline constexpr std::uint64_t image_bytes = std::uint64_t{64} << 20;
inline constexpr std::uint64_t page = 4096;

/// Front of the file.
struct FileHead {
  std::uint64_t magic;
  std::uint64_t total_bytes;
  alignas(shm::false_sharing_range)
      std::atomic<std::uint64_t> commit;  ///< its lowest bit: the image that counts
  alignas(shm::false_sharing_range) std::atomic<std::uint64_t> row_count;
  std::array<std::uint64_t, max_rows> offsets;  ///< of a row's cells within an image
};

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t step) {
  return (value + step - 1) / step * step;
}
inline constexpr std::uint64_t entries_at = round_up(sizeof(FileHead), page);
inline constexpr std::uint64_t text_at =
    round_up(entries_at + max_rows * sizeof(shm::SeriesEntry), page);
inline constexpr std::uint64_t images_at = text_at + text_bytes;
inline constexpr std::uint64_t cells_at = round_up(sizeof(ImageHead), page);  ///< within an image
inline constexpr std::uint64_t total = images_at + 2 * image_bytes;

/// Before a histogram's cuts: its count, the sum's halves, a word that is free.
inline constexpr std::uint64_t cell_words_before_cuts = 4;

inline std::uint64_t bytes_of(const shm::SeriesInfo& info) {
  if (info.kind != shm::SeriesKind::histogram) return 64;
  const shm::BucketLayout layout{info.significant_figures};
  return round_up((cell_words_before_cuts + info.bounds.size() + layout.count()) * 8, 64);
}

inline bool front_is_ours(const shm::Descriptor& file, std::uint64_t size) {
  std::array<std::uint64_t, 2> front{};
  return ::pread(file.get(), front.data(), sizeof front, 0) == static_cast<ssize_t>(sizeof front) &&
         front[0] == checkpoint_magic && front[1] == total && size == total;
}

}  // namespace outrider::drain::checkpoint_file
