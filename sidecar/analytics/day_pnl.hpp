// SPDX-License-Identifier: Apache-2.0
// What a day has made so far: the difference to what stood when it began. Known only
// of a day whose beginning was seen.
#pragma once

#include <chrono>
#include <optional>

namespace outrider::analytics {

using std::chrono::nanoseconds;

class DayPnl {
 public:
  /// What was seen longer before a day began is not what stood then.
  static constexpr nanoseconds longest_gap = std::chrono::minutes{5};

  /// A look at that time (Unix), in the day that began at `day`. Without a value the day
  /// is lost, because the next one may be another trader's, who counts from 0; and so it
  /// is when the clock goes back over its beginning, or its beginning is set anew.
  void observe(nanoseconds wall, nanoseconds day, const std::optional<double>& realized) noexcept {
    if (day != day_) {
      const bool was_seen = realized && last_ && seen_ < day && day - seen_ <= longest_gap;
      begin_ = was_seen ? last_ : std::nullopt;
    }
    if (!realized) begin_.reset();
    day_ = day;
    seen_ = wall;
    last_ = realized;
  }

  [[nodiscard]] std::optional<double> today() const noexcept {
    if (!begin_ || !last_) return std::nullopt;
    return *last_ - *begin_;
  }

 private:
  nanoseconds day_{};
  nanoseconds seen_{};           ///< the last look
  std::optional<double> begin_;  ///< what stood at the end of the day before
  std::optional<double> last_;
};

}  // namespace outrider::analytics
