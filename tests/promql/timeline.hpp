// SPDX-License-Identifier: Apache-2.0
// Series over time, on a grid of one sample a second: fed to our evaluator tick
// by tick, and written down for promtool.
#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "promql/series_table.hpp"

namespace outrider::test {

inline constexpr std::chrono::seconds tick{1};

struct TimedSeries {
  std::string name;
  Labels labels;
  std::vector<std::optional<double>> values;  ///< by tick; nothing: no sample
};

using Timeline = std::vector<TimedSeries>;

/// Counters with a reset, gauges, histograms sound and broken, NaN and
/// infinities, a series that comes late and one that goes.
Timeline sample_timeline();

struct Result {
  std::string error;  ///< empty: none
  struct Element {
    Labels labels;
    double value = 0;
  };
  std::vector<Element> elements;
};

/// Our answer to `expr` at `at`, having been evaluated at every tick before. At a
/// time between two ticks nothing is sampled.
Result evaluate_on(const Timeline& timeline, const std::string& expr, std::chrono::milliseconds at);

/// A number so that YAML and Prometheus' series notation read back the same.
std::string number_text(double value);

}  // namespace outrider::test
