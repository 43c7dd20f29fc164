// SPDX-License-Identifier: Apache-2.0
// How far below its highest point a curve is, as a fraction of that point. Takes
// the values in their order: a trough before the peak is none.
#pragma once

#include <algorithm>
#include <optional>

namespace outrider::analytics {

class Drawdown {
 public:
  void observe(double equity) noexcept {
    peak_ = peak_ ? std::max(*peak_, equity) : equity;
    if (*peak_ <= 0) return;  // a fraction of nothing
    current_ = (*peak_ - equity) / *peak_;
    maximum_ = std::max(maximum_.value_or(0), *current_);
  }

  /// Nothing while the peak is not above 0. More than 1 once the curve is below 0.
  [[nodiscard]] std::optional<double> current() const noexcept { return current_; }
  [[nodiscard]] std::optional<double> maximum() const noexcept { return maximum_; }

 private:
  std::optional<double> peak_;
  std::optional<double> current_;
  std::optional<double> maximum_;
};

}  // namespace outrider::analytics
