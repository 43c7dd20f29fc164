// SPDX-License-Identifier: Apache-2.0
// The figures of one account, out of what is seen of it look by look. What is not
// known has no value: it is neither 0 nor the last that was.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "aggregate/outside.hpp"
#include "analytics/correlation.hpp"
#include "analytics/day_pnl.hpp"
#include "analytics/drawdown.hpp"
#include "analytics/equity_curve.hpp"
#include "analytics/feed.hpp"
#include "analytics/trade_book.hpp"
#include "analytics/trade_sharpe.hpp"
#include "config/analytics.hpp"

namespace outrider::analytics {

/// One number, as it stands on the page. Its texts live for ever.
struct Figure {
  const char* name;
  const char* help;
  std::optional<double> value;
  const char* label = nullptr;  ///< beside the account's name; null: none
  std::string_view label_value{};
  aggregate::FamilyKind kind = aggregate::FamilyKind::gauge;
};

class Account {
 public:
  using Say = std::function<void(const std::string& line)>;
  Account(const config::AnalyticsConfig& config, const Say& say);

  [[nodiscard]] const config::AnalyticsConfig& config() const { return config_; }
  [[nodiscard]] const std::shared_ptr<aggregate::OutsideSeries>& series() const { return series_; }

  /// A look at its inputs, if it is due; `day` is when the day of the look began.
  void observe(const Look& look, const Feed::AccountInputs& inputs,
               const std::optional<nanoseconds>& day);

 private:
  /// The one value of an input.
  std::optional<double> value_of(const Look& look, const Feed::AccountInputs& inputs,
                                 config::AnalyticsInput which);
  [[nodiscard]] Correlation::Prices prices_of(const Look& look, const Feed::Found& found);
  void say_once(config::AnalyticsInput which, const std::string& text);

  /// The same ones in the same order, always.
  [[nodiscard]] std::vector<Figure> figures() const;
  void add_equity(std::vector<Figure>& all) const;
  void add_trades(std::vector<Figure>& all) const;
  void add_sharpe(std::vector<Figure>& all) const;
  /// Nothing while P&L or trades are not seen.
  [[nodiscard]] std::optional<double> if_watching(const std::optional<double>& value) const;
  void publish(nanoseconds now);

  const config::AnalyticsConfig config_;
  const Say& say_;
  std::set<std::string> said_;
  nanoseconds due_{};
  bool has_equity_ = false;  ///< at the last look
  Drawdown drawdown_;
  EquityCurve curve_;
  TradeBook book_;
  TradeSharpe sharpe_;
  DayPnl day_;
  Correlation correlation_;
  std::shared_ptr<aggregate::OutsideSeries> series_;  ///< last: made of the figures
};

}  // namespace outrider::analytics
