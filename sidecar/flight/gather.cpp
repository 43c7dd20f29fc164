// SPDX-License-Identifier: Apache-2.0
#include "flight/gather.hpp"

#include <unistd.h>

#include <algorithm>

#include "outrider/shm/telemetry.hpp"
#include "segments/listing.hpp"

namespace outrider::flight {
namespace {

constexpr std::size_t most_entries = 16'384;

/// Whether a trader can have made it.
bool has_a_header(const OpenSegment& segment) {
  shm::TelemetryHeader header{};
  std::string why;
  return ::pread(segment.file.get(), &header, sizeof header, 0) ==
             static_cast<ssize_t>(sizeof header) &&
         shm::check_header(header, header.total_bytes, why) == shm::AttachResult::attached;
}

}  // namespace

Gathered gather(const std::string& directory, const Departed& departed) {
  Gathered gathered;
  std::vector<segments::Found> found;
  segments::Listing listing{directory + "/t", ".telemetry"};
  const std::error_code error = listing.step(most_entries, found);
  if (error) {
    gathered.problem =
        directory + "/t: found " + error.message() + "; needed a directory that this user may list";
  }
  bool is_all = listing.is_whole();
  for (const segments::Found& each : found) {
    OpenSegment segment = open_segment(directory, each.name, each.generation);
    if (!segment.file || !has_a_header(segment)) continue;
    is_all = is_all && gathered.segments.size() < most_segments;
    if (gathered.segments.size() < most_segments) gathered.segments.push_back(std::move(segment));
  }
  if (!is_all) {
    gathered.problem = directory + "/t: found more files than are looked at; needed at most " +
                       std::to_string(most_segments) + " segments; the rest is not recorded";
  }
  for (OpenSegment& gone : departed.all()) {
    const bool is_here = std::any_of(
        gathered.segments.begin(), gathered.segments.end(), [&](const OpenSegment& each) {
          return each.name == gone.name && each.generation == gone.generation;
        });
    if (!is_here) gathered.segments.push_back(std::move(gone));
  }
  std::sort(gathered.segments.begin(), gathered.segments.end(),
            [](const auto& a, const auto& b) { return a.bytes < b.bytes; });
  return gathered;
}

}  // namespace outrider::flight
