// SPDX-License-Identifier: Apache-2.0
// The past of one value: a point a minute for seven days, and what it has changed
// by since. What is not in it is not known: nothing is filled in.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

namespace outrider::analytics {

using std::chrono::nanoseconds;

class EquityCurve {
 public:
  static constexpr nanoseconds step = std::chrono::minutes{1};
  static constexpr nanoseconds longest_window = std::chrono::hours{7 * 24};
  /// So many that the oldest of them is a whole window away from the newest.
  static constexpr std::size_t capacity = longest_window / step + 1;
  /// What was seen longer ago than this is not the value of that time.
  static constexpr nanoseconds lookback = std::chrono::minutes{5};

  /// `now` only grows.
  void observe(nanoseconds now, double value);

  /// The last value at or before that time.
  [[nodiscard]] std::optional<double> at(nanoseconds time) const;
  /// From so long ago until the last observation, as a fraction of what it was then;
  /// nothing while the past is shorter or that value not above 0.
  [[nodiscard]] std::optional<double> change(nanoseconds window) const;
  /// Changes over whole periods that end with the last observation, the latest first,
  /// back to the first that is not known.
  [[nodiscard]] std::vector<double> changes(nanoseconds period) const;

 private:
  struct Point {
    nanoseconds time{};
    double value = 0;
  };
  static std::optional<double> fraction(std::optional<double> before, std::optional<double> after);

  std::deque<Point> points_;  ///< the oldest first
  Point last_{};
};

}  // namespace outrider::analytics
