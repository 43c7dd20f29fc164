// SPDX-License-Identifier: Apache-2.0
// Trades as they close, out of two series that grow: how many have closed, and what
// all of them together have made. A trader stores one after the other, so a look can
// fall between the two; a trade is taken one look after it was seen.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace outrider::analytics {

using std::chrono::nanoseconds;

class TradeBook {
 public:
  static constexpr std::size_t capacity = 4096;

  struct Totals {
    double trades = 0;
    double realized = 0;
    bool operator==(const Totals&) const = default;
  };

  /// A look. Without totals, or with fewer trades than before, it begins anew from
  /// what it sees next: that is another trader's count.
  void observe(nanoseconds now, const std::optional<Totals>& totals);

  /// Whether the next trade will be seen.
  [[nodiscard]] bool is_watching() const noexcept { return settled_.has_value(); }
  /// What the trades that closed after that time made, the oldest first.
  [[nodiscard]] std::vector<double> results_since(nanoseconds time) const;
  /// Whether none of those has been given up for a later one.
  [[nodiscard]] bool knows_all_since(nanoseconds time) const noexcept { return forgotten_ <= time; }
  /// Grows with each time that trades are taken.
  [[nodiscard]] std::uint64_t settled() const noexcept { return times_settled_; }
  /// The last ones, at most so many, the oldest first.
  [[nodiscard]] std::vector<double> last_results(std::size_t most) const;
  /// Trades that came together, whose result was shared out among them.
  [[nodiscard]] std::uint64_t merged() const noexcept { return merged_; }

 private:
  struct Trade {
    nanoseconds closed{};
    double result = 0;
  };
  void settle(nanoseconds now, const Totals& totals);

  std::deque<Trade> trades_;  ///< the oldest first
  std::optional<Totals> settled_;
  Totals seen_{};  ///< at the last look
  std::uint64_t merged_ = 0;
  std::uint64_t times_settled_ = 0;
  nanoseconds forgotten_ = nanoseconds::min();  ///< when the last one given up had closed
};

}  // namespace outrider::analytics
