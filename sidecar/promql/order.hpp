// SPDX-License-Identifier: Apache-2.0
// How PromQL orders numbers when it needs an order, and the quantile that
// follows from it. NaN is the least.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace outrider::promql {

inline bool is_less(double a, double b) noexcept {
  if (std::isnan(a)) return !std::isnan(b);
  return a < b;
}

/// The weighted mean of the two values next to the rank. Sorts them in place.
inline double quantile_of(double quantile, std::span<double> values) noexcept {
  if (values.empty() || std::isnan(quantile)) return std::numeric_limits<double>::quiet_NaN();
  if (quantile < 0) return -std::numeric_limits<double>::infinity();
  if (quantile > 1) return std::numeric_limits<double>::infinity();
  std::sort(values.begin(), values.end(), is_less);
  const auto count = static_cast<double>(values.size());
  const double rank = quantile * (count - 1);
  const double lower = std::max(0.0, std::floor(rank));
  const double upper = std::min(count - 1, lower + 1);
  const double weight = rank - std::floor(rank);
  return values[static_cast<std::size_t>(lower)] * (1 - weight) +
         values[static_cast<std::size_t>(upper)] * weight;
}

}  // namespace outrider::promql
