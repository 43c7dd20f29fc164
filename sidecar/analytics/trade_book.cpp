// SPDX-License-Identifier: Apache-2.0
#include "analytics/trade_book.hpp"

#include <algorithm>
#include <utility>

namespace outrider::analytics {

void TradeBook::observe(nanoseconds now, const std::optional<Totals>& totals) {
  if (!totals || !settled_ || totals->trades < settled_->trades) {
    settled_ = totals;
    seen_ = totals.value_or(Totals{});
    return;
  }
  const Totals before = std::exchange(seen_, *totals);
  if (before.trades > settled_->trades) return settle(now, *totals);
  // What has moved without a trade, and stands still since the look before, is no
  // trade's: a fee, or a total that was set anew.
  if (*totals == before) settled_->realized = totals->realized;
}

void TradeBook::settle(nanoseconds now, const Totals& totals) {
  const double count = totals.trades - settled_->trades;
  const double each = (totals.realized - settled_->realized) / count;
  settled_ = totals;
  ++times_settled_;
  if (count > 1) merged_ += static_cast<std::uint64_t>(count);
  const auto fitting = static_cast<std::size_t>(std::min(count, double{capacity}));
  for (std::size_t i = 0; i < fitting; ++i) {
    if (trades_.size() == capacity) {
      forgotten_ = trades_.front().closed;
      trades_.pop_front();
    }
    trades_.push_back({now, each});
  }
}

std::vector<double> TradeBook::results_since(nanoseconds time) const {
  std::vector<double> results;
  for (const Trade& trade : trades_) {
    if (trade.closed > time) results.push_back(trade.result);
  }
  return results;
}

std::vector<double> TradeBook::last_results(std::size_t most) const {
  std::vector<double> results;
  const std::size_t skipped = trades_.size() - std::min(most, trades_.size());
  for (std::size_t i = skipped; i < trades_.size(); ++i) results.push_back(trades_[i].result);
  return results;
}

}  // namespace outrider::analytics
