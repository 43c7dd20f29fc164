// SPDX-License-Identifier: Apache-2.0
// An account of a trader in this process through the real sidecar: its figures stand
// on the page, in the rules, and over the trader's gate.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cmath>
#include <outrider/producer.hpp>
#include <thread>

#include "process/harness.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;

constexpr const char* rules = R"(groups:
  - name: account
    interval: 10ms
    rules:
      - record: account:equity
        expr: sum(cash) + sum(positions_value)
      - alert: Drawdown
        expr: outrider_equity_drawdown_ratio{name="desk"} > 0.1
)";

constexpr const char* protection = R"(
protection:
  arm_at_start: true
  breakers:
    - {alert: Drawdown, scope: global, action: halt_new}
analytics:
)";

constexpr const char* desk =
    "  - {name: desk, equity: account:equity, realized_pnl: realized_pnl, trades: "
    "trades_closed_total, prices: 'price{kind=\"spot\"}', price_step: 100ms, interval: 10ms}\n";

struct Checklist : ::testing::Test {
  TempDirectory directory;
  const std::string config = directory.path() + "/sidecar.yml";
  SidecarProcess sidecar{directory.path(), flags(desk)};
  Producer producer{{.name = "trader", .directory = sidecar.segments()}};
  Writer writer = producer.writer("main");
  Gauge cash = writer.gauge("cash", "Cash");
  Gauge positions = writer.gauge("positions_value", "Value of all positions");
  Gauge realized = writer.gauge("realized_pnl", "Realised P&L");
  Counter trades = writer.counter("trades_closed_total", "Trades that closed");

  std::vector<std::string> flags(const std::string& accounts) {
    write_file(directory.path() + "/test.rules.yml", rules);
    write_file(config, "rules: {file: test.rules.yml}" + std::string{protection} + accounts);
    return {"--config.file=" + config};
  }
  void set_equity(double value) {
    cash.set(100);
    positions.set(value - 100);
  }
  static std::string of(const std::string& figure, const std::string& label = "") {
    const bool first = label < "name";
    return "outrider_" + figure + '{' + (first && !label.empty() ? label + ',' : "") +
           "name=\"desk\"" + (first ? "" : ',' + label) + '}';
  }
  [[nodiscard]] std::optional<double> value(const std::string& figure,
                                            const std::string& label = "") const {
    return sidecar.metric(of(figure, label));
  }
  bool becomes(const std::string& series, double wanted) const {
    const bool does = eventually([&] {
      const auto found = sidecar.metric(series);
      return found && std::abs(*found - wanted) < 1e-9;
    });
    if (!does) ADD_FAILURE() << series << " is not " << wanted << '\n' << sidecar.get("/metrics");
    return does;
  }
  void close_trade(double result) {
    total += result;
    realized.set(total);
    trades.inc();
    ++closed;
    becomes(of("risk_samples"), std::min(closed, 100));
  }
  /// Prices that move, until it comes true.
  bool eventually_as_prices_move(std::vector<Gauge> with, std::vector<Gauge> against,
                                 const std::function<bool()>& condition) {
    double step = 0;
    return eventually([&] {
      const double swing = 1 + 0.1 * std::sin(step += 1);
      for (Gauge& each : with) each.set(100 * swing);
      for (Gauge& each : against) each.set(100 / swing);
      return condition();
    });
  }

  double total = 0;
  int closed = 0;
};

// Breaks it: sidecar/analytics/drawdown.hpp: `peak_ ? std::max(*peak_, equity)` -> `peak_ ?
// std::min(*peak_, equity)`
TEST_F(Checklist, R28DrawdownOfRecordedEquityHaltsTheGate) {
  Gate gate = producer.gate("orders", {{"venue", "binance"}});
  set_equity(1000);
  ASSERT_TRUE(eventually([&] { return gate.state() == GateState::trading; }));
  becomes(of("equity_drawdown_ratio"), 0);

  set_equity(950);
  becomes(of("equity_drawdown_ratio"), 0.05);
  EXPECT_EQ(gate.state(), GateState::trading);
  set_equity(800);

  EXPECT_TRUE(eventually([&] { return gate.state() == GateState::halted; }));
  becomes(of("equity_max_drawdown_ratio"), 0.2);
  set_equity(990);
  becomes(of("equity_drawdown_ratio"), 0.01);
  EXPECT_EQ(value("equity_max_drawdown_ratio"), 0.2);
}

// Breaks it: sidecar/analytics/sharpe.hpp: `{"per_trade_730", Deviation::sample, 730}` ->
// `{"per_trade_730", Deviation::population, 730}`
TEST_F(Checklist, R27SharpeOfTradesIsAbsentOfOneAndThenByItsVariant) {
  realized.set(0);
  becomes(of("risk_samples"), 0);
  close_trade(10);
  EXPECT_EQ(value("sharpe_ratio", "variant=\"per_trade\""), std::nullopt);
  close_trade(20);
  close_trade(30);

  becomes(of("sharpe_ratio", "variant=\"per_trade\""), 20 / std::sqrt(200.0 / 3));
  becomes(of("sharpe_ratio", "variant=\"per_trade_730\""), std::sqrt(730.0) * 2);
  EXPECT_EQ(value("sharpe_ratio", "variant=\"daily_252\""), std::nullopt);
}

// Breaks it: sidecar/analytics/value_at_risk.cpp: `std::max(0.0, -sorted[rank])` ->
// `std::abs(sorted[rank])`
TEST_F(Checklist, R29AHundredTradesGiveRanksFiveAndOneAndGainsNoRisk) {
  realized.set(0);
  becomes(of("risk_samples"), 0);
  close_trade(1000);
  becomes(of("value_at_risk", "confidence=\"0.95\""), 0);
  becomes(of("expected_shortfall", "confidence=\"0.99\""), 0);
  for (int i = 1; i <= 100; ++i) close_trade(i % 2 == 0 ? -i : 101 - i);

  // The losses are 2, 4, ... 100; of a hundred the sixth and the second worst.
  becomes(of("value_at_risk", "confidence=\"0.95\""), 90);
  becomes(of("value_at_risk", "confidence=\"0.99\""), 98);
  becomes(of("expected_shortfall", "confidence=\"0.95\""), 95);
  becomes(of("expected_shortfall", "confidence=\"0.99\""), 99);
  EXPECT_EQ(value("risk_samples"), 100);
}

// Breaks it: sidecar/analytics/correlation.cpp: `std::size_t j = i + 1;` -> `std::size_t j = i;`
TEST_F(Checklist, R117CorrelationIsOfReturnsAndAbsentWithFewerThanTwoPositions) {
  Gauge btc = writer.gauge("price", "Price", {{"symbol", "BTC"}, {"kind", "spot"}});
  Gauge perp = writer.gauge("price", "Price", {{"symbol", "BTC"}, {"kind", "perp"}});
  int looks = 0;
  EXPECT_TRUE(eventually_as_prices_move({btc, perp}, {}, [&] {
    EXPECT_EQ(value("correlation_mean"), std::nullopt);
    return ++looks > 40;
  }));

  Gauge eth = writer.gauge("price", "Price", {{"symbol", "ETH"}, {"kind", "spot"}});
  EXPECT_TRUE(eventually_as_prices_move({btc, eth}, {}, [&] {
    return value("correlation_mean").value_or(0) > 0.8;
  })) << value("correlation_mean").value_or(-9);

  Gauge sol = writer.gauge("price", "Price", {{"symbol", "SOL"}, {"kind", "spot"}});
  EXPECT_TRUE(eventually_as_prices_move({btc, eth}, {sol}, [&] {
    return value("correlation_mean").value_or(1) < -0.2;  // (1 - 1 - 1) / 3
  })) << value("correlation_mean").value_or(-9);
}

// Breaks it: sidecar/analytics/equity_curve.cpp: `if (after == points_.begin()) return
// std::nullopt;` -> `if (after == points_.begin()) return after->value;`
TEST_F(Checklist, R31ReturnsAreAbsentWhileThePastIsShorterThanTheirWindow) {
  set_equity(1000);
  becomes(of("equity_drawdown_ratio"), 0);
  for (const char* window : {"1h", "24h", "7d"})
    EXPECT_EQ(value("equity_return_ratio", "window=\"" + std::string{window} + '"'), std::nullopt);
  EXPECT_EQ(sidecar.get("/metrics").find("outrider_equity_return_ratio{"), std::string::npos);
}

// Breaks it: sidecar/analytics/trade_book.cpp: `if (count > 1) merged_ +=` -> `if (count < 1)
// merged_ +=`
TEST_F(Checklist, R27TradesThatCloseBetweenTwoLooksAreCountedAsMerged) {
  realized.set(0);
  becomes(of("risk_samples"), 0);
  realized.set(30);
  trades.add(3);
  becomes(of("risk_samples"), 3);
  becomes(of("trades_merged_total"), 3);
  EXPECT_EQ(value("sharpe_ratio", "variant=\"per_trade\""), std::nullopt);  // all the same
}

// Breaks it: sidecar/analytics/runner.cpp: `return account != nullptr && account->config() ==
// config;` -> `return account != nullptr && account->config().name.empty();`
TEST_F(Checklist, R28AReloadTakesAccountsUpOrRefusesThemInWords) {
  set_equity(1000);
  becomes(of("equity_drawdown_ratio"), 0);
  set_equity(900);
  becomes(of("equity_drawdown_ratio"), 0.1);

  flags(std::string{desk} + "  - {name: fund, equity: 'a{b='}\n");
  sidecar.process().signal(SIGHUP);
  EXPECT_TRUE(eventually([&] {
    return sidecar.log().find("analytics[1].equity: found") != std::string::npos;
  })) << sidecar.log();

  flags(std::string{desk} + "  - {name: fund, equity: cash}\n");
  sidecar.process().signal(SIGHUP);
  becomes("outrider_equity_drawdown_ratio{name=\"fund\"}", 0);
  EXPECT_NEAR(value("equity_drawdown_ratio").value_or(-1), 0.1, 1e-9);  // its peak is kept

  flags("  - {name: fund, equity: cash}\n");
  sidecar.process().signal(SIGHUP);
  EXPECT_TRUE(eventually([&] { return !value("equity_drawdown_ratio"); }));
}

}  // namespace
}  // namespace outrider::testing
