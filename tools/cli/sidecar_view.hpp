// SPDX-License-Identifier: Apache-2.0
// What only the sidecar knows: quantiles of what it has drained, alerts, and what was lost.
// Never an old answer: where there is none now, there is a sentence that says why.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/overview.hpp"
#include "cli/places.hpp"

namespace outrider::cli {

/// A histogram over the sidecar's window of ten seconds, in base units. No quantile
/// without samples enough for it.
struct Latency {
  std::string series;  ///< with its labels
  bool is_time = false;
  std::optional<double> p50, p90, p99, p999, maximum;
  double count = 0;  ///< ever
};

struct ActiveAlert {
  std::string name;
  std::string state;  ///< firing, pending or no_data
  std::string severity;
  std::string labels;  ///< beside these two
  std::string since;   ///< RFC 3339; empty: not known
};

struct SidecarView {
  std::string missing;  ///< why nothing below is known; empty: all of it is
  std::optional<double> pass_age_seconds;
  std::map<std::string, std::uint64_t> lost;  ///< by cause, over all generations
  std::vector<ActiveAlert> alerts;            ///< those that fire first
  std::vector<Latency> latencies;
};

/// From the answers of /api/v1/status and /metrics.
SidecarView read_pages(const std::string& status, std::string_view metrics);

/// Asks, where `state` lets hope for an answer.
SidecarView ask_sidecar_view(const Places& places, SidecarState state);

}  // namespace outrider::cli
