// SPDX-License-Identifier: Apache-2.0
#include "promql/quantile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace outrider::promql {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Buckets of one bound (written as "1" and "1.0") become one.
std::span<Bucket> merged(std::span<Bucket> buckets) noexcept {
  std::size_t last = 0;
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    if (buckets[i].upper_bound == buckets[last].upper_bound) {
      buckets[last].count += buckets[i].count;
    } else {
      buckets[++last] = buckets[i];
    }
  }
  return buckets.first(last + 1);
}

/// Cumulative counts may be seen at slightly different times (or be rates of
/// such): a fall is repaired by the count before it.
void make_monotonic(std::span<Bucket> buckets) noexcept {
  double most = buckets[0].count;
  for (Bucket& bucket : buckets) {
    if (bucket.count > most) most = bucket.count;
    if (bucket.count < most) bucket.count = most;
  }
}

}  // namespace

double bucket_quantile(double quantile, std::span<Bucket> buckets) noexcept {
  if (std::isnan(quantile) || buckets.empty()) return not_a_number;
  if (quantile < 0) return -infinity;
  if (quantile > 1) return infinity;
  if (buckets.back().upper_bound != infinity) return not_a_number;
  buckets = merged(buckets);
  make_monotonic(buckets);
  if (buckets.size() < 2 || buckets.back().count == 0) return not_a_number;

  double rank = quantile * buckets.back().count;
  const std::span<Bucket> finite = buckets.first(buckets.size() - 1);
  const auto found = std::partition_point(
      finite.begin(), finite.end(), [&](const Bucket& bucket) { return !(bucket.count >= rank); });
  if (found == finite.end()) return finite.back().upper_bound;
  if (found == finite.begin() && found->upper_bound <= 0) return found->upper_bound;
  double start = 0;
  double count = found->count;
  if (found != finite.begin()) {
    const Bucket& below = *(found - 1);
    start = below.upper_bound;
    count -= below.count;
    rank -= below.count;
  }
  return start + (found->upper_bound - start) * (rank / count);
}

}  // namespace outrider::promql
