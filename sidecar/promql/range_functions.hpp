// SPDX-License-Identifier: Apache-2.0
// rate, increase and *_over_time on one window of samples: Prometheus 2.42's
// arithmetic, operation by operation.
#pragma once

#include <chrono>

#include "promql/functions.hpp"
#include "promql/history.hpp"

namespace outrider::promql {

struct RangeWindow {
  const History& samples;  ///< holds nothing outside [end - range, end]
  std::chrono::nanoseconds end{};
  std::chrono::nanoseconds range{};
};

/// False when the window holds too few samples for a value.
bool apply_range_function(FunctionKind kind, const RangeWindow& window, double& value) noexcept;

}  // namespace outrider::promql
