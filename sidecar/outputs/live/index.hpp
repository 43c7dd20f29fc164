// SPDX-License-Identifier: Apache-2.0
// Which series the live page shows, found once for each schema.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "aggregate/schema.hpp"

namespace outrider::outputs {

/// The window whose quantiles are shown.
inline constexpr const char* live_window = "10s";

/// One histogram: its counts, and the quantiles of its rolling window.
struct LiveLatency {
  const aggregate::Family* family = nullptr;
  const aggregate::Metric* metric = nullptr;
  /// Where the values of the quantiles (Family::edges of the rolling summary) begin.
  const aggregate::Family* rolling = nullptr;
  aggregate::ValueId first_quantile = 0;
  aggregate::ValueId maximum = 0;
};

struct LiveCounter {
  const aggregate::Family* family = nullptr;
  const aggregate::Metric* metric = nullptr;
};

/// The traders' series come first, the sidecar's own fill what is left.
struct LiveIndex {
  /// A message with more would take longer to make and to read than a tenth of a second.
  static constexpr std::size_t most_latencies = 32;
  static constexpr std::size_t most_counters = 128;

  explicit LiveIndex(std::shared_ptr<const aggregate::Schema> of);

  std::shared_ptr<const aggregate::Schema> schema;
  std::vector<LiveLatency> latencies{};
  std::vector<LiveCounter> counters{};
  std::size_t latencies_left_out = 0;
  std::size_t counters_left_out = 0;

  using ByName = std::multimap<std::string, const aggregate::Family*>;

 private:
  void add_latency(const ByName& families, LiveLatency latency);
  void add_counter(LiveCounter counter);
};

}  // namespace outrider::outputs
