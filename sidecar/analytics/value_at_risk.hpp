// SPDX-License-Identifier: Apache-2.0
// What a bad outcome costs, by history: the results themselves, sorted, and no
// distribution that somebody assumed.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace outrider::analytics {

struct TailRisk {
  double value_at_risk = 0;       ///< a loss, never below 0: a gain is no risk
  double expected_shortfall = 0;  ///< mean of that result and all worse ones, as a loss
};

/// Which of n sorted results is the one: of 100 the sixth worst for 95 %, the second
/// worst for 99 %. In whole numbers: 0.05 * 20 is not always 1.
constexpr std::size_t tail_rank(std::size_t n, unsigned confidence_percent) {
  return n * (100 - confidence_percent) / 100;
}

/// `sorted` from the worst to the best; nothing of nothing.
std::optional<TailRisk> tail_risk(std::span<const double> sorted, unsigned confidence_percent);

}  // namespace outrider::analytics
