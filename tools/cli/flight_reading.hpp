// SPDX-License-Identifier: Apache-2.0
// A recording of the flight recorder, as somebody has sent it: what its recording.json says,
// believed as far as it has the shape that was asked for, and the segments beside it.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/opened.hpp"

namespace outrider::cli {

struct FlightSegment {
  std::string file;  ///< the path of its copy
  std::string producer;
  std::uint64_t generation = 0;
  bool departed = false;                  ///< its trader was gone
  std::vector<std::uint64_t> whole_from;  ///< by lane: older samples may have been overwritten
};

struct FlightRecording {
  std::string path;
  nlohmann::json said;  ///< recording.json, an object
  std::vector<FlightSegment> segments;
  std::vector<std::string> problems;  ///< what was not believed, a sentence each

  /// Of any object of `said`: its member, or empty where it has none of that kind.
  static std::string text(const nlohmann::json& object, const char* member);
  static std::optional<std::uint64_t> count(const nlohmann::json& object, const char* member);
  /// A list of objects; empty where there is none.
  [[nodiscard]] std::vector<std::reference_wrapper<const nlohmann::json>> list(
      const char* in, const char* member) const;

  /// Unix time less CLOCK_MONOTONIC in nanoseconds, on the boot that it is of.
  [[nodiscard]] std::optional<std::int64_t> wall_offset(std::string_view boot_id) const;
  /// What it says of the trader's life and of a gate.
  [[nodiscard]] segments::ProducerState state_of(const FlightSegment& segment) const;
  void read_gate(const std::string& producer, GateOverview& gate) const;
};

/// Whether a path leads to a recording, whole or not.
bool is_recording(const std::string& path);

/// Nothing, and why in `why`, when it is none.
std::optional<FlightRecording> read_recording(const std::string& path, std::string& why);

}  // namespace outrider::cli
