// SPDX-License-Identifier: Apache-2.0
#include "analytics/trade_sharpe.hpp"

#include <vector>

namespace outrider::analytics {

namespace {

using namespace std::chrono_literals;

/// Trades that the variants are of.
constexpr nanoseconds variants_window = 24h;

}  // namespace

void TradeSharpe::update(nanoseconds now, const TradeBook& book) {
  if (updated_ && book.settled() == settled_ && now - *updated_ < 1s) return;
  updated_ = now;
  settled_ = book.settled();
  const std::vector<double> recent = book.results_since(now - variants_window);
  for (std::size_t i = 0; i < variants.size(); ++i) variants[i] = sharpe(recent, trade_variants[i]);
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const nanoseconds begin = now - sharpe_windows[i].length;
    windows[i] = book.knows_all_since(begin) ? sharpe(book.results_since(begin), per_trade_730)
                                             : std::nullopt;
  }
}

}  // namespace outrider::analytics
