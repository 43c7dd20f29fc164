// SPDX-License-Identifier: Apache-2.0
#include "flight/departed.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <numeric>

#include "outrider/shm/control.hpp"

namespace outrider::flight {
namespace {

std::uint64_t bytes_taken(const shm::Descriptor& file) {
  struct stat info {};
  constexpr std::uint64_t block = 512;  // whatever the file system's own are
  return ::fstat(file.get(), &info) != 0 ? 0 : static_cast<std::uint64_t>(info.st_blocks) * block;
}

}  // namespace

OpenSegment open_segment(const std::string& directory, const std::string& name,
                         std::uint64_t generation) {
  OpenSegment segment{name, generation, {}};
  shm::FileCheck check;
  shm::FileError error;
  segment.file = shm::open_checked(shm::telemetry_path(directory, name, generation),
                                   shm::Access::read_only, check, error);
  if (segment.file) segment.bytes = bytes_taken(segment.file);
  return segment;
}

void Departed::keep(const std::string& directory, const std::string& name,
                    std::uint64_t generation) {
  OpenSegment gone = open_segment(directory, name, generation);
  if (!gone.file || gone.bytes > most_bytes) return;
  gone.departed = true;
  const std::lock_guard guard{mutex_};
  std::erase_if(kept_, [&](const OpenSegment& each) { return each.name == name; });
  kept_.push_back(std::move(gone));
  const auto bytes = [this] {
    return std::accumulate(kept_.begin(), kept_.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const auto& each) { return sum + each.bytes; });
  };
  while (kept_.size() > most || bytes() > most_bytes) kept_.pop_front();
}

std::vector<OpenSegment> Departed::all() const {
  std::vector<OpenSegment> segments;
  const std::lock_guard guard{mutex_};
  for (const OpenSegment& each : kept_) {
    shm::Descriptor again{::fcntl(each.file.get(), F_DUPFD_CLOEXEC, 0)};
    if (again) segments.push_back({each.name, each.generation, std::move(again), each.bytes, true});
  }
  return segments;
}

}  // namespace outrider::flight
