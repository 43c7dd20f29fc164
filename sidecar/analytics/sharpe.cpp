// SPDX-License-Identifier: Apache-2.0
#include "analytics/sharpe.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace outrider::analytics {

std::optional<double> sharpe(std::span<const double> samples, const SharpeVariant& variant) {
  if (samples.size() < 2) return std::nullopt;
  // Compared, because rounding leaves a deviation where there is none.
  const auto [least, most] = std::minmax_element(samples.begin(), samples.end());
  if (*least == *most) return std::nullopt;
  const auto n = static_cast<double>(samples.size());
  const double mean = std::accumulate(samples.begin(), samples.end(), 0.0) / n;
  const double squares = std::accumulate(
      samples.begin(), samples.end(), 0.0,
      [mean](double sum, double sample) { return sum + (sample - mean) * (sample - mean); });
  const double degrees = variant.deviation == Deviation::sample ? n - 1 : n;
  const double ratio = (mean - variant.risk_free) / std::sqrt(squares / degrees);
  if (!std::isfinite(ratio)) return std::nullopt;
  return std::sqrt(variant.periods_per_year) * ratio;
}

}  // namespace outrider::analytics
