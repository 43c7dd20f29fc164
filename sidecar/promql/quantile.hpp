// SPDX-License-Identifier: Apache-2.0
// histogram_quantile on one histogram: Prometheus 2.42's interpolation and its
// repairs of buckets that do not add up.
#pragma once

#include <span>

namespace outrider::promql {

struct Bucket {
  double upper_bound = 0;
  double count = 0;  ///< cumulative
};

/// `buckets` ascend by upper bound; they are merged and repaired in place.
double bucket_quantile(double quantile, std::span<Bucket> buckets) noexcept;

}  // namespace outrider::promql
