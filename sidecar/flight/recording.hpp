// SPDX-License-Identifier: Apache-2.0
// What a recording says of itself: `recording.json`, beside the series and the segments.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "flight/copy_segment.hpp"
#include "flight/trips.hpp"
#include "outputs/status.hpp"

namespace outrider::flight {

/// The files of a recording.
inline constexpr const char* recording_file = "recording.json";
inline constexpr const char* series_file = "series.openmetrics";
inline constexpr const char* segments_folder = "segments";
/// The form of recording.json.
inline constexpr int recording_form = 1;

struct RecordedSegment {
  std::string name;
  std::uint64_t generation = 0;
  bool departed = false;
  SegmentCopy copy;
};

struct Recording {
  std::string name;                 ///< of its directory
  std::vector<Trip> trips;          ///< in their order, the first few
  std::uint64_t trips_unnamed = 0;  ///< beyond those
  std::uint64_t trips_before = 0;   ///< since the recording before, in none
  outputs::Status status;           ///< after the last of them
  std::int64_t steady_ns = 0;       ///< one moment by both clocks
  std::int64_t wall_ns = 0;
  std::vector<RecordedSegment> segments;
  std::uint64_t series = 0;
  std::uint64_t samples = 0;          ///< of series
  nanoseconds from{};                 ///< Unix: the oldest sample of a series
  nanoseconds to{};                   ///< and the newest
  std::vector<std::string> problems;  ///< of what is missing, a sentence each
};

/// The expression of a rule; empty where nobody knows.
using ExpressionOf = std::function<std::string(std::string_view rule)>;

std::string recording_json(const Recording& recording, const ExpressionOf& expression_of);

}  // namespace outrider::flight
