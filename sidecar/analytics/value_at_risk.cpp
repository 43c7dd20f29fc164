// SPDX-License-Identifier: Apache-2.0
#include "analytics/value_at_risk.hpp"

#include <algorithm>
#include <numeric>

namespace outrider::analytics {

std::optional<TailRisk> tail_risk(std::span<const double> sorted, unsigned confidence_percent) {
  if (sorted.empty()) return std::nullopt;
  const std::size_t rank = tail_rank(sorted.size(), confidence_percent);
  const auto tail = sorted.first(rank + 1);
  const double sum = std::accumulate(tail.begin(), tail.end(), 0.0);
  const double mean = sum / static_cast<double>(tail.size());
  return TailRisk{std::max(0.0, -sorted[rank]), std::max(0.0, -mean)};
}

}  // namespace outrider::analytics
