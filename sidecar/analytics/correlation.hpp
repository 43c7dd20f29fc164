// SPDX-License-Identifier: Apache-2.0
// How much the positions of a book move together: the mean of Pearson's
// correlation over all pairs, of the returns of their prices.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "aggregate/schema.hpp"

namespace outrider::analytics {

using std::chrono::nanoseconds;

/// Of the samples that both have; nothing when either does not move, or of fewer than
/// `least_common` of them. A NaN is no sample.
std::optional<double> pearson(std::span<const double> x, std::span<const double> y);
inline constexpr std::size_t least_common = 10;

class Correlation {
 public:
  using Prices = std::map<aggregate::Labels, double>;
  /// Returns that are kept of each position.
  static constexpr std::size_t most_returns = 240;

  explicit Correlation(nanoseconds step) : step_{step} {}

  /// Prices of the positions that have one; used once a step. `now` only grows.
  void observe(nanoseconds now, const Prices& prices);

  /// Nothing with fewer than two positions that can be compared.
  [[nodiscard]] std::optional<double> mean() const noexcept { return mean_; }

 private:
  struct Position {
    double price = 0;              ///< at the last step; not above 0: none
    std::deque<double> returns{};  ///< the latest last; NaN: not known
  };
  void add_returns(const Prices& prices);
  [[nodiscard]] std::optional<double> mean_of_pairs() const;

  nanoseconds step_;
  std::optional<nanoseconds> stepped_;
  std::map<aggregate::Labels, Position> positions_;
  std::size_t steps_ = 0;  ///< returns that each position has, by now
  std::optional<double> mean_;
};

}  // namespace outrider::analytics
