// SPDX-License-Identifier: Apache-2.0
// What a generation's files hold, and the three ways to write it down.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/flight_reading.hpp"
#include "cli/segment_reading.hpp"

namespace outrider::cli {

struct Dump {
  std::string file;
  shm::TelemetryHeader header{};
  segments::ProducerState state = segments::ProducerState::dead;
  bool retired = false;  ///< a sidecar has all of it in its own totals
  std::vector<GateOverview> gates;
  SegmentReading reading;
  /// Unix time less CLOCK_MONOTONIC, in nanoseconds; nothing for one of another boot.
  std::optional<std::int64_t> wall_offset_ns;

  /// "2026-11-21T01:43:00.123Z"; empty when nobody knows.
  [[nodiscard]] std::string time_of(const SampleReading& sample) const;
};

/// Nothing when the file was cut short meanwhile.
std::optional<Dump> take_dump(const Opened& opened);

/// Of a segment of a recording: what the copy does not tell, the recording does.
std::optional<Dump> take_dump(const Opened& opened, const FlightRecording& recording,
                              const FlightSegment& segment);

/// For people: tables, and of the samples the last few.
std::string dump_text(const Dump& dump);

/// One line for each thing, all with the columns of `dump_csv_head`; record says what it
/// is: total, series, gate, bucket (of what was spilled; value is its upper end), sample.
std::string dump_csv_head();
std::string dump_csv(const Dump& dump);

/// An array, an object for each generation.
std::string dump_json(const std::vector<Dump>& dumps);

/// `{"recording": as it says, "segments": [as above]}`.
std::string flight_json(const FlightRecording& recording, const std::vector<Dump>& dumps);

}  // namespace outrider::cli
