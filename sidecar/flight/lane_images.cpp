// SPDX-License-Identifier: Apache-2.0
#include "flight/lane_images.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <optional>

#include "outrider/shm/telemetry.hpp"

namespace outrider::flight {
namespace {

bool read_at(const shm::Descriptor& file, std::uint64_t at, std::byte* to, std::size_t size) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t got = ::pread(file.get(), to + done, size - done, static_cast<off_t>(at + done));
    if (got <= 0) return false;
    done += static_cast<std::size_t>(got);
  }
  return true;
}

std::optional<std::uint64_t> word_at(const shm::Descriptor& file, std::uint64_t at) {
  std::uint64_t word = 0;
  if (!read_at(file, at, reinterpret_cast<std::byte*>(&word), sizeof word)) return std::nullopt;
  return word;
}

/// The head from before says which samples were there, the one from after which of their
/// slots had another by then; that of the next one may have been half written.
bool read_lane(const shm::Descriptor& file, LaneImage& lane) {
  const auto before = word_at(file, lane.head_at);
  if (!before || !read_at(file, lane.ring_at, lane.ring.data(), lane.ring.size())) return false;
  const auto after = word_at(file, lane.head_at);
  if (!after || *after < *before) return false;
  const std::uint64_t capacity = lane.ring.size() / sizeof(shm::Sample);
  lane.whole.to = *before;
  lane.whole.from = std::min(*before, *after >= capacity ? *after - capacity + 1 : 0);
  return true;
}

}  // namespace

LaneImages read_lanes(const shm::Descriptor& segment, std::size_t most_bytes) {
  LaneImages images;
  struct stat info {};
  shm::TelemetryHeader header{};
  std::string why;
  const bool has_header =
      ::fstat(segment.get(), &info) == 0 &&
      read_at(segment, 0, reinterpret_cast<std::byte*>(&header), sizeof header) &&
      shm::check_header(header, static_cast<std::uint64_t>(info.st_size), why) ==
          shm::AttachResult::attached;
  if (!has_header) return images;
  const shm::TelemetryLayout layout{header.geometry};
  const auto used = word_at(segment, layout.state + offsetof(shm::TelemetryState, lanes_used));
  const std::uint64_t lanes = std::min<std::uint64_t>(used.value_or(0), header.geometry.lanes + 1);
  const std::size_t ring_bytes = header.geometry.ring_capacity * sizeof(shm::Sample);
  for (std::uint64_t number = 0; number < lanes; ++number) {
    if (images.bytes + ring_bytes > most_bytes) return images;
    const std::uint64_t begin = layout.lanes + number * layout.lane_stride;
    LaneImage lane{begin + offsetof(shm::LaneHeader, head),
                   begin + layout.lane_ring,
                   std::vector<std::byte>(ring_bytes),
                   {}};
    if (!read_lane(segment, lane)) return images;
    images.bytes += ring_bytes;
    images.lanes.push_back(std::move(lane));
  }
  images.is_whole = true;
  return images;
}

}  // namespace outrider::flight
