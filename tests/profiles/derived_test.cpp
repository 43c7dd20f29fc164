// SPDX-License-Identifier: Apache-2.0
// What each system derives, under its own names: from the typed header through the real sidecar
// and the profile's own rules and analytics, against values computed by hand.
#include "profiles/derived.hpp"

namespace outrider::testing {
namespace {

using namespace trading;

enum class Exchange { binance, kraken };
enum class Coin { btc, eth };
enum class Bot { technical, risk };

const Lists lists{.venues = {"binance", "kraken"},
                  .symbols = {"BTCUSDT", "ETHUSDT"},
                  .strategies = {"auto"},
                  .agents = {"technical", "risk"},
                  .regimes = {}};

struct DerivedFigures : Derived {
  /// A trader of that system, whose counters have been seen at 0.
  Trading trader(const std::string& system, const Names& names, const char* seen) {
    start(system);
    Trading trading{*writer, names, lists};
    EXPECT_TRUE(eventually([&] { return value(seen).has_value(); })) << sidecar->log();
    return trading;
  }
  /// One trade, and nothing else before the sidecar has taken it.
  void close(Trading& trading, double result) {
    if (closed == 0) is_taken();  // before the first look there is no trade to be seen
    total += result;
    trading.book.pnl(Pnl::realized, total);
    trading.orders.closed(result);
    ++closed;
    is_taken();
  }
  void is_taken() const {
    EXPECT_TRUE(eventually([&] {
      const std::string page = sidecar->get("/metrics");
      return page.find("outrider_risk_samples{name=\"" + account + "\"} " + std::to_string(closed) +
                       "\n") != page.npos;
    })) << sidecar->get("/metrics");
  }
  std::string account;
  double total = 0;
  int closed = 0;
};

using ChecklistR14 = DerivedFigures;
// Breaks it: tools/deploy/profiles/thunes/thunes.derived.rules.yml:
// `clamp_min(-sum(thunes_daily_pnl_usdt), 0)` -> `abs(sum(thunes_daily_pnl_usdt))`
TEST_F(ChecklistR14, ALossUsesItsShareOfTheLimitAndAProfitNone) {
  Trading trading = trader("thunes", thunes(), "thunes_daily_pnl_used");

  trading.book.daily(-15, 20);
  becomes("thunes_daily_pnl_used", 0.75);
  trading.book.daily(15, 20);
  becomes("thunes_daily_pnl_used", 0);
  trading.book.daily(-25, 20);
  becomes("thunes_daily_pnl_used", 1.25);
  trading.book.daily(-25, 0);  // no limit: nothing of it is used
  becomes("thunes_daily_pnl_used", 0);
}

using ChecklistR16 = DerivedFigures;
// Breaks it: producer/include/outrider/profiles/trading.hpp: `*parts_[0] + *parts_[1]` ->
// `*parts_[0]`
TEST_F(ChecklistR16, RealizedAndUnrealizedAreTheTotalAndBeingFlatChangesNone) {
  start("trading_platform");
  Trading trading{*writer, trading_platform(), lists};
  const auto shows = [&](const std::string& type, double wanted) {
    return eventually([&] {
      const std::string page = sidecar->get("/metrics");
      const std::size_t found = page.find("\nexecution_gateway_pnl_dollars{");
      const std::size_t line = page.find("type=\"" + type + "\"", found);
      return line != page.npos && std::stod(page.substr(page.find("} ", line) + 2)) == wanted;
    });
  };

  trading.book.position(Coin::btc, -3);
  trading.book.pnl(Pnl::realized, -40);
  trading.book.pnl(Pnl::unrealized, 15);
  becomes("positions_total", 1);
  EXPECT_TRUE(shows("total", -25));
  trading.book.position(Coin::btc, 0);
  trading.book.pnl(Pnl::unrealized, 0);

  becomes("positions_total", 0);
  EXPECT_TRUE(shows("realized", -40));
  EXPECT_TRUE(shows("total", -40));
}

// Breaks it: tools/deploy/profiles/graphwiz/graphwiz.derived.rules.yml: `+
// sum(graphwiz_account_pnl_usd{type="unrealized"})` -> `+ 0 *
// sum(graphwiz_account_pnl_usd{type="unrealized"})`
TEST_F(ChecklistR16, GraphwizAddsBothPartsAndKeepsTheDaysResultApart) {
  Trading trading = trader("graphwiz", graphwiz(), "graphwiz_trading_pnl_usd");

  trading.book.pnl(Pnl::realized, -40);
  trading.book.pnl(Pnl::unrealized, 15);
  trading.book.daily(-12, 0);

  becomes("graphwiz_trading_pnl_usd", -25);
  becomes("graphwiz_trading_pnl_daily_usd", -12);
}

using ChecklistR26 = DerivedFigures;
// Breaks it: tools/deploy/profiles/graphwiz/graphwiz.derived.rules.yml:
// `(sum(increase(graphwiz_trades_closed_total[24h])) > 0)` ->
// `sum(increase(graphwiz_trades_closed_total[24h]))`
TEST_F(ChecklistR26, WinRateIsOfTradesWithAResultAndAbsentWithoutOne) {
  Trading trading = trader("graphwiz", graphwiz(), "graphwiz_trading_pnl_usd");
  trading.orders.placed(Exchange::binance, OrderType::market, Side::buy);
  trading.orders.filled_at(Exchange::binance);  // open: no result
  becomes("graphwiz_exchange_fill_rate", 1, {{"exchange", "binance"}});
  EXPECT_EQ(value("graphwiz_trading_win_rate"), std::nullopt);

  for (const double result : {5.0, -3.0, 1.0, -0.5, 2.0}) trading.orders.closed(result);

  becomes("graphwiz_trading_win_rate", 60);
}

// Breaks it: tools/deploy/profiles/thunes/thunes.derived.rules.yml:
// `increase(thunes_trades_closed_total{result="win"}[7d])` ->
// `increase(thunes_trades_closed_total{result="loss"}[7d])`
TEST_F(ChecklistR26, WinRateOfThunesCountsATradeWithoutALossAsWon) {
  Trading trading = trader("thunes", thunes(), "thunes_daily_pnl_used");
  EXPECT_EQ(value("thunes_win_rate"), std::nullopt);

  for (const double result : {5.0, 0.0, 1.0, -0.5}) trading.orders.closed(result);

  becomes("thunes_win_rate", 75);
}

using ChecklistR27 = DerivedFigures;
// Breaks it: sidecar/analytics/sharpe.hpp: `"per_trade_730", Deviation::sample, 730` ->
// `"per_trade_730", Deviation::population, 730`
TEST_F(ChecklistR27, SharpeOfThunesIsOfEachWindowAndNoTradesAreNoDecay) {
  account = "thunes";
  Trading trading = trader("thunes", thunes(), "thunes_daily_pnl_used");
  const auto decays = [&] { return value("SharpeDecay") || value("SharpeDecayCritical"); };
  close(trading, 10);
  EXPECT_EQ(value("thunes_sharpe_ratio"), std::nullopt);  // of one trade
  close(trading, 20);
  close(trading, 30);

  for (const char* window : {"1d", "3d", "7d"})
    becomes("thunes_sharpe_ratio", std::sqrt(730.0) * 2, {{"window", window}});
  EXPECT_FALSE(decays());
  close(trading, -60);  // the mean is 0
  becomes("thunes_sharpe_ratio", 0, {{"window", "7d"}});
  EXPECT_TRUE(eventually([&] { return value("SharpeDecay") && value("SharpeDecayCritical"); }));
}

using ChecklistR30 = DerivedFigures;
// Breaks it: tools/deploy/profiles/graphwiz/graphwiz.derived.rules.yml: `/
// (sum(graphwiz_portfolio_value_usd) > 0)` -> `/ sum(graphwiz_portfolio_value_usd)`
TEST_F(ChecklistR30, ExposureLeverageAndCountAndNoLeverageOfAValueThatIsNotAboveZero) {
  Trading trading = trader("graphwiz", graphwiz(), "graphwiz_trading_pnl_usd");
  trading.book.portfolio_value(10000);
  trading.book.marked(Coin::btc, 0.5, 16000);
  trading.book.marked(Coin::eth, -2, 2000);

  becomes("graphwiz_risk_exposure_usd", 12000);
  becomes("graphwiz_portfolio_positions_value_usd", 4000);
  becomes("graphwiz_risk_position_count", 2);
  becomes("graphwiz_risk_leverage", 1.2);
  EXPECT_FALSE(value("GraphwizLeverageUnknown"));

  for (const double worth : {0.0, -500.0}) {
    trading.book.portfolio_value(worth);
    goes_away("graphwiz_risk_leverage");
    EXPECT_TRUE(eventually([&] { return value("GraphwizLeverageUnknown").has_value(); }));
  }
  trading.book.portfolio_value(10000);
  trading.book.marked(Coin::eth, 0, 2000);
  becomes("graphwiz_risk_position_count", 1);
  becomes("graphwiz_risk_leverage", 0.8);
  goes_away("GraphwizLeverageUnknown");
}

using ChecklistR32 = DerivedFigures;
// Breaks it: tools/deploy/profiles/graphwiz/graphwiz.derived.rules.yml: `sum by (exchange)
// (increase(graphwiz_exchange_fills_total[5m]))` ->
// `sum(increase(graphwiz_exchange_fills_total[5m]))`
TEST_F(ChecklistR32, FillAndErrorRatesAreOfEachExchangesOwnEvents) {
  Trading trading = trader("graphwiz", graphwiz(), "graphwiz_trading_pnl_usd");

  for (int i = 0; i < 4; ++i) {
    trading.orders.placed(Exchange::binance, OrderType::limit, Side::buy);
    if (i > 0) trading.orders.filled_at(Exchange::binance);
    trading.feed.requested(Exchange::binance, true);
    trading.feed.requested(Exchange::kraken, i > 0);
  }
  for (int i = 0; i < 2; ++i) trading.orders.placed(Exchange::kraken, OrderType::limit, Side::buy);

  becomes("graphwiz_exchange_fill_rate", 0.75, {{"exchange", "binance"}});
  becomes("graphwiz_exchange_fill_rate", 0, {{"exchange", "kraken"}});
  becomes("graphwiz_exchange_error_rate", 0, {{"exchange", "binance"}});
  becomes("graphwiz_exchange_error_rate", 0.25, {{"exchange", "kraken"}});
}

using ChecklistR33 = DerivedFigures;
// Breaks it: producer/include/outrider/profiles/trading.hpp: `sign(predicted) == sign(actual)` ->
// `sign(predicted) != sign(actual)`
TEST_F(ChecklistR33, AccuracyIsAgreementInSignAndConsensusAMajority) {
  Trading trading = trader("graphwiz", graphwiz(), "graphwiz_agent_active_count");
  becomes("graphwiz_agent_active_count", 0);
  Decisions& decisions = trading.decisions;

  decisions.predicted(Bot::technical, 0.8);
  decisions.came_out(Bot::technical, 0.5, 2);
  decisions.came_out(Bot::technical, 0.5, -2);
  decisions.came_out(Bot::technical, -0.3, -0.1);
  decisions.came_out(Bot::technical, 0, -1);  // no direction is not down
  decisions.came_out(Bot::technical, -1, -1);
  decisions.voted({3, 1, 0});
  decisions.voted({2, 1, 1});  // half is no majority
  decisions.voted({0, 0, 2});
  decisions.voted({1, 1, 1});

  becomes("graphwiz_agent_accuracy", 60, {{"agent", "technical"}});
  EXPECT_EQ(value("graphwiz_agent_accuracy", {{"agent", "risk"}}), std::nullopt);
  becomes("graphwiz_agent_consensus_rate", 0.5);
  becomes("graphwiz_agent_active_count", 1);
  decisions.predicted(Bot::risk, 0.4);
  becomes("graphwiz_agent_active_count", 2);
}

}  // namespace
}  // namespace outrider::testing
