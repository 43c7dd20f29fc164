// SPDX-License-Identifier: Apache-2.0
// outrider/profiles/trading.hpp as a trader of each system uses it, seen on the page of a real
// sidecar: the names, labels and values of the system's own profile.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <set>

#include "process/harness.hpp"

// [trader]
#include <outrider/producer.hpp>
#include <outrider/profiles/trading.hpp>

namespace trading = outrider::trading;

enum class DeskVenue { binance, kraken };  // in the order of Lists::venues

class Desk {
 public:
  explicit Desk(outrider::Writer& writer)
      : telemetry_{writer, trading::thunes(), {.venues = {"binance", "kraken"}}} {}

  void on_order() noexcept {
    telemetry_.orders.placed(DeskVenue::kraken, trading::OrderType::limit, trading::Side::buy);
  }
  void on_day_result(double result) noexcept { telemetry_.book.daily(result, 20); }

 private:
  trading::Trading telemetry_;
};
// [/trader]

namespace outrider::testing {
namespace {

using namespace trading;

enum class Venue { binance, kraken };
enum class Symbol { btc, eth };
enum class Strategy { automatic };
enum class Agent { technical, risk };
enum class Regime { trending, ranging };

const Lists lists{.venues = {"binance", "kraken"},
                  .symbols = {"BTCUSDT", "ETHUSDT"},
                  .strategies = {"auto"},
                  .agents = {"technical", "risk"},
                  .regimes = {"trending", "ranging"}};

struct TradingHeader : ::testing::Test {
  [[nodiscard]] bool shows(const std::string& series, double value) const {
    return eventually([&] { return sidecar.metric(series) == value; }, std::chrono::seconds{5});
  }

  TempDirectory directory;
  SidecarProcess sidecar{directory.path(), {"--producer-label=off"}};
  Producer producer{{.name = "trader", .directory = sidecar.segments()}};
  Writer writer = producer.writer("main");
};

using ChecklistR12 = TradingHeader;
// Breaks it: producer/include/outrider/profiles/trading.hpp: `placed_(venue, type, side).inc();` ->
// `placed_(venue, type, side);`
TEST_F(ChecklistR12, OrdersByVenueTypeAndSideAndTheirLatency) {
  Trading trading{writer, thunes(), lists};
  const Ticks start = ticks();

  trading.orders.placed(Venue::binance, OrderType::market, Side::buy);
  trading.orders.placed(Venue::kraken, OrderType::limit, Side::sell);
  trading.orders.placed(Venue::kraken, OrderType::limit, Side::sell);
  trading.orders.answered(Symbol::btc, Side::buy, Venue::binance, start);

  const std::string orders = "thunes_orders_placed_total";
  EXPECT_TRUE(shows(orders + R"({order_type="MARKET",side="BUY",venue="binance"})", 1));
  EXPECT_TRUE(shows(orders + R"({order_type="LIMIT",side="SELL",venue="kraken"})", 2));
  EXPECT_TRUE(shows(orders + R"({order_type="LIMIT",side="BUY",venue="kraken"})", 0));
  EXPECT_TRUE(shows(R"(thunes_order_latency_ms_bucket{le="5"})", 1));
}

using ChecklistR13 = TradingHeader;
// Breaks it: producer/include/outrider/profiles/trading.hpp: `gap_(symbol).record(last, now);` ->
// `gap_(0).record(last, now);`
TEST_F(ChecklistR13, StreamsAndTheirGapsBySymbol) {
  Trading trading{writer, thunes(), lists};
  const Ticks start = ticks();

  trading.feed.streaming(Symbol::btc, true);
  trading.feed.streaming(Symbol::eth, false);
  trading.feed.gap(Symbol::eth, start, ticks());

  EXPECT_TRUE(shows(R"(thunes_ws_connected{symbol="BTCUSDT"})", 1));
  EXPECT_TRUE(shows(R"(thunes_ws_connected{symbol="ETHUSDT"})", 0));
  EXPECT_TRUE(shows(R"(thunes_ws_gap_seconds_count{symbol="ETHUSDT"})", 1));
  EXPECT_TRUE(shows(R"(thunes_ws_gap_seconds_count{symbol="BTCUSDT"})", 0));
}

using ChecklistR15 = TradingHeader;
// Breaks it: producer/src/profile_names.cpp: `{"success", "failed", "rejected", "blocked"}` ->
// `{"success", "failed", "blocked", "rejected"}`
TEST_F(ChecklistR15, OrdersBySymbolSideAndEachStatus) {
  Trading trading{writer, trading_platform(), lists};

  for (const OrderStatus status :
       {OrderStatus::success, OrderStatus::failed, OrderStatus::rejected, OrderStatus::blocked}) {
    for (int i = 0; i <= static_cast<int>(status); ++i)
      trading.orders.ended(Symbol::eth, Side::sell, status);
  }

  const std::string orders = R"(execution_gateway_orders_total{side="sell",status=")";
  EXPECT_TRUE(shows(orders + R"(success",symbol="ETHUSDT"})", 1));
  EXPECT_TRUE(shows(orders + R"(failed",symbol="ETHUSDT"})", 2));
  EXPECT_TRUE(shows(orders + R"(rejected",symbol="ETHUSDT"})", 3));
  EXPECT_TRUE(shows(orders + R"(blocked",symbol="ETHUSDT"})", 4));
}

using ChecklistR17R116 = TradingHeader;
// Breaks it: producer/include/outrider/profiles/trading.hpp: `position_(symbol).set(quantity);` ->
// `position_(0).set(quantity);`
TEST_F(ChecklistR17R116, PositionsProfitFillsAndCancelsOfTradingPlatform) {
  Trading trading{writer, trading_platform(), lists};

  trading.book.position(Symbol::btc, -3);
  trading.book.position(Symbol::eth, 7);
  trading.book.position(Symbol::eth, 0);
  trading.book.pnl(Pnl::realized, -40);
  trading.book.pnl(Pnl::unrealized, 15);
  trading.orders.filled(Symbol::btc, Side::buy, Strategy::automatic);
  trading.orders.cancelled(Symbol::btc, Side::buy);

  EXPECT_TRUE(shows(R"(execution_gateway_positions_current{symbol="BTCUSDT"})", -3));
  EXPECT_TRUE(shows(R"(execution_gateway_positions_current{symbol="ETHUSDT"})", 0));
  EXPECT_TRUE(shows(R"(execution_gateway_pnl_dollars{type="realized"})", -40));
  EXPECT_TRUE(shows(R"(execution_gateway_pnl_dollars{type="unrealized"})", 15));
  EXPECT_TRUE(shows(R"(execution_gateway_pnl_dollars{type="total"})", -25));
  EXPECT_TRUE(shows(R"(execution_gateway_fills_total{side="buy",symbol="BTCUSDT"})", 1));
  EXPECT_TRUE(shows(R"(execution_gateway_cancels_total{side="buy",symbol="BTCUSDT"})", 1));
}

using ChecklistR21R22R23 = TradingHeader;
// Breaks it: producer/include/outrider/profiles/trading.hpp: `decisions_(regime, approval).inc();`
// -> `decisions_(regime, Approval::approved).inc();`
TEST_F(ChecklistR21R22R23, DecisionsApprovedAndRefusedValidationsAndTrades) {
  Trading trading{writer, go_bot(), lists};

  trading.decisions.decided(Regime::ranging, Approval::approved, 0.9);
  trading.decisions.decided(Regime::ranging, Approval::rejected, 0.4);
  trading.decisions.decided(Regime::ranging, Approval::rejected, 0.25);
  trading.decisions.validated(Approval::approved, 0.1);
  trading.decisions.validated(Approval::rejected, 0.8);
  trading.decisions.violated();
  trading.orders.filled(Symbol::btc, Side::sell, Strategy::automatic);
  trading.book.pnl(Pnl::unrealized, 1000);
  trading.book.pnl(Pnl::realized, 5);

  EXPECT_TRUE(shows(R"(ai_decision_total{approved="true",regime="ranging"})", 1));
  EXPECT_TRUE(shows(R"(ai_decision_total{approved="false",regime="ranging"})", 2));
  EXPECT_TRUE(shows("ai_decision_confidence", 0.25));
  EXPECT_TRUE(shows(R"(policy_validations_total{result="approved"})", 1));
  EXPECT_TRUE(shows(R"(policy_validations_total{result="rejected"})", 1));
  EXPECT_TRUE(shows("policy_violations_total", 1));
  EXPECT_TRUE(shows("policy_risk_score", 0.8));
  EXPECT_TRUE(shows(R"(trades_total{side="sell",strategy="auto",symbol="BTCUSDT"})", 1));
  EXPECT_TRUE(shows("pnl_realized_usdt", 5));
}

TEST_F(TradingHeader, ShowsExchangesAndAgentsOfGraphwiz) {
  Trading trading{writer, graphwiz(), lists};
  const Ticks start = ticks();

  trading.feed.connected(Venue::kraken, true);
  trading.orders.answered(Symbol::btc, Side::buy, Venue::kraken, start);
  trading.decisions.predicted(Agent::technical, 0.5);
  trading.decisions.agent_failed(Agent::risk);

  EXPECT_TRUE(shows(R"(graphwiz_exchange_connected{exchange="kraken"})", 1));
  EXPECT_TRUE(shows(R"(graphwiz_exchange_latency_seconds_count{exchange="kraken"})", 1));
  EXPECT_TRUE(shows(R"(graphwiz_agent_predictions_total{agent="technical"})", 1));
  EXPECT_TRUE(shows(R"(graphwiz_agent_confidence{agent="technical"})", 0.5));
  EXPECT_TRUE(shows(R"(graphwiz_agent_failure_streak{agent="risk"})", 1));
}

TEST_F(TradingHeader, PublishesWhatTheLimitsOfThunesAreDecidedBy) {
  Trading trading{writer, thunes(), lists};

  trading.feed.call_failed(FailureKind::timeout);
  trading.feed.call_failed(FailureKind::other);
  trading.orders.closed(-1);
  trading.orders.closed(0);
  trading.orders.closed(4);

  EXPECT_TRUE(shows(R"(thunes_api_failure_streak{breaker_name="BinanceAPI"})", 1));
  EXPECT_TRUE(shows(R"(thunes_trades_closed_total{result="loss"})", 1));
  EXPECT_TRUE(shows(R"(thunes_trades_closed_total{result="win"})", 2));
}

TEST_F(TradingHeader, CountsNowhereWhatIsInNoListAndWhatTheSystemDoesNotHave) {
  Trading trading{writer, thunes(), lists};

  trading.orders.placed(7, OrderType::market, Side::buy);
  trading.feed.streaming(-1, true);
  trading.orders.cancelled(Symbol::btc, Side::buy);
  trading.decisions.violated();
  trading.orders.placed(Venue::binance, OrderType::market, Side::buy);

  EXPECT_TRUE(
      shows(R"(thunes_orders_placed_total{order_type="MARKET",side="BUY",venue="binance"})", 1));
  EXPECT_EQ(producer.last_refusal(), "");
}

TEST_F(TradingHeader, ServesADeskThatSpellsNoName) {
  Desk desk{writer};

  desk.on_order();
  desk.on_day_result(-5);

  EXPECT_TRUE(
      shows(R"(thunes_orders_placed_total{order_type="LIMIT",side="BUY",venue="kraken"})", 1));
  EXPECT_TRUE(shows("thunes_daily_pnl_usdt", -5));
  EXPECT_TRUE(shows("thunes_daily_loss_limit_usdt", 20));
}

TEST(TradingNames, AreThoseOfTheProfiles) {
  for (const auto& [system, names] :
       std::map<std::string, Names>{{"thunes", thunes()},
                                    {"trading_platform", trading_platform()},
                                    {"graphwiz", graphwiz()},
                                    {"go_bot", go_bot()}}) {
    std::set<std::string, std::less<>> known;
    for (const YAML::Node& metric : YAML::LoadFile(OUTRIDER_SOURCE_DIR "/tools/deploy/profiles/" +
                                                   system + "/metrics.yml")["metrics"])
      known.insert(metric["name"].as<std::string>());
    for (const FamilyName& each : {names.placed,
                                   names.outcome,
                                   names.filled,
                                   names.filled_at,
                                   names.cancelled,
                                   names.closed,
                                   names.latency,
                                   names.position,
                                   names.position_value,
                                   names.position_price,
                                   names.open_positions,
                                   names.pnl,
                                   names.daily_result,
                                   names.daily_limit,
                                   names.exposure,
                                   names.leverage,
                                   names.portfolio_value,
                                   names.connected,
                                   names.feed_connected,
                                   names.feed_gap,
                                   names.requests,
                                   names.errors,
                                   names.failure_streak,
                                   names.decisions,
                                   names.decision_confidence,
                                   names.validations,
                                   names.violations,
                                   names.risk_score,
                                   names.agent_predictions,
                                   names.agent_confidence,
                                   names.agent_failures,
                                   names.agent_outcomes,
                                   names.votes,
                                   names.rate_tokens,
                                   names.rate_refused,
                                   names.rate_reported}) {
      EXPECT_TRUE(each.name.empty() || known.contains(each.name)) << each.name;
    }
  }
}

}  // namespace
}  // namespace outrider::testing
