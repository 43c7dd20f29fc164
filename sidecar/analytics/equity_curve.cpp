// SPDX-License-Identifier: Apache-2.0
#include "analytics/equity_curve.hpp"

#include <algorithm>
#include <iterator>

namespace outrider::analytics {

void EquityCurve::observe(nanoseconds now, double value) {
  last_ = {now, value};
  if (!points_.empty() && now - points_.back().time < step) return;
  if (points_.size() == capacity) points_.pop_front();
  points_.push_back(last_);
}

std::optional<double> EquityCurve::at(nanoseconds time) const {
  if (points_.empty()) return std::nullopt;
  if (time >= last_.time) return last_.value;
  const auto after =
      std::upper_bound(points_.begin(), points_.end(), time,
                       [](nanoseconds sought, const Point& point) { return sought < point.time; });
  if (after == points_.begin()) return std::nullopt;
  const Point& before = *std::prev(after);
  if (time - before.time > lookback) return std::nullopt;
  return before.value;
}

std::optional<double> EquityCurve::fraction(std::optional<double> before,
                                            std::optional<double> after) {
  if (!before || !after || *before <= 0) return std::nullopt;
  return (*after - *before) / *before;
}

std::optional<double> EquityCurve::change(nanoseconds window) const {
  return fraction(at(last_.time - window), at(last_.time));
}

std::vector<double> EquityCurve::changes(nanoseconds period) const {
  std::vector<double> all;
  for (nanoseconds end = last_.time;; end -= period) {
    const std::optional<double> one = fraction(at(end - period), at(end));
    if (!one) return all;
    all.push_back(*one);
  }
}

}  // namespace outrider::analytics
