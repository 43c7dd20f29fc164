// SPDX-License-Identifier: Apache-2.0
// What a drill showed, as a file for whoever must prove that the stop works:
// when, where, with which configuration, and how long it took.
#pragma once

#include <string>
#include <vector>

#include "cli/canary.hpp"
#include "cli/live_drill.hpp"
#include "cli/places.hpp"

namespace outrider::cli {

struct Drill {
  std::string kind = "canary";  ///< or shadow, live
  std::vector<TripTimes> trips{};
  std::string problem{};           ///< the last; empty: it passed
  std::uint64_t failures = 0;      ///< trips, of a drill that goes on
  std::string scope{};             ///< shadow, live
  std::vector<GateTimes> gates{};  ///< of the scope

  [[nodiscard]] bool passed() const {
    return problem.empty() && (!trips.empty() || !gates.empty());
  }
};

/// JSON: time, host, boot_id, user; sidecar{version config_file config_sha256
/// rules_sha256} of what it has loaded; kind, passed, problem, failures,
/// trips[]{stored_ns refused_ns}, worst_refused_ns; and, of a drill of real gates, scope,
/// gates[]{gate before closed_ns refused_ns opened_ns}, where refused_ns is null when
/// the trader had no order to refuse.
std::string evidence_json(const Drill& drill, const Places& places);

/// Writes it to DIRECTORY/drill-UTC.json, never over another one; the path, or
/// empty with a sentence in `problem`.
std::string write_evidence(const std::string& directory, const std::string& json,
                           std::string& problem);

}  // namespace outrider::cli
