// SPDX-License-Identifier: Apache-2.0
// The Sharpe ratios of trades. Made anew when a trade has closed, else once a second,
// because trades leave the windows: a look is cheap however many there are.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include "analytics/sharpe.hpp"
#include "analytics/trade_book.hpp"

namespace outrider::analytics {

struct SharpeWindow {
  const char* name;
  nanoseconds length;
};
/// Of per_trade_730: what a strategy is watched by.
inline constexpr SharpeWindow sharpe_windows[] = {
    {"1d", std::chrono::hours{24}},
    {"3d", std::chrono::hours{72}},
    {"7d", std::chrono::hours{168}},
};

class TradeSharpe {
 public:
  /// `now` only grows.
  void update(nanoseconds now, const TradeBook& book);

  /// Of the trades of a day, the last TradeBook::capacity of them at most.
  std::array<std::optional<double>, std::size(trade_variants)> variants{};
  /// Nothing where the window holds more trades than the book.
  std::array<std::optional<double>, std::size(sharpe_windows)> windows{};

 private:
  std::optional<nanoseconds> updated_;
  std::uint64_t settled_ = 0;
};

}  // namespace outrider::analytics
