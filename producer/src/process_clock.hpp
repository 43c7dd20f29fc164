// SPDX-License-Identifier: Apache-2.0
// The clock that stamps are taken with: one for a whole process, since
// outrider::ticks() asks nobody whose stamp it is.
#pragma once

#include <utility>

#include "outrider/producer.hpp"

namespace outrider::detail {

/// Held by each producer that has a segment; while any is, the clock stays.
class ClockUse {
 public:
  ClockUse() noexcept = default;
  ClockUse(ClockUse&& other) noexcept : holds_{std::exchange(other.holds_, false)} {}
  ClockUse& operator=(ClockUse&& other) noexcept {
    std::swap(holds_, other.holds_);
    return *this;
  }
  ~ClockUse();

  /// What the code says, else OUTRIDER_CLOCK, else what the process uses already,
  /// else what the machine is good for. Another clock than the process uses is
  /// refused: half of its stamps would be of the wrong one.
  static ClockUse take(ClockChoice choice, Status& status);

 private:
  bool holds_ = false;
};

}  // namespace outrider::detail
