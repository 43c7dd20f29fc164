// SPDX-License-Identifier: Apache-2.0
// Exchange and trader as two processes, without a sidecar: what one says it did
// is what the other saw.
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "demo/child.hpp"

namespace demo::test {
namespace {

using Values = std::map<std::string, std::uint64_t>;

/// "ledger sent=3 acked=2" as a map.
Values values_of(const std::string& line) {
  Values values;
  std::istringstream words{line};
  for (std::string word; words >> word;) {
    if (const auto equals = word.find('='); equals != std::string::npos) {
      values[word.substr(0, equals)] = std::stoull(word.substr(equals + 1));
    }
  }
  return values;
}

const std::string exchange_program = OUTRIDER_BIN_DIR "/outrider-demo-exchange";
const std::string trader_program = OUTRIDER_BIN_DIR "/outrider-demo-trader";

struct Ledgers {
  Values exchange;
  Values trader;
};

/// Runs both for a second of trading and returns what they print at their end.
Ledgers run(const std::vector<std::string>& exchange_options,
            const std::vector<std::string>& trader_options) {
  std::vector<std::string> exchange_line = {exchange_program};
  exchange_line.insert(exchange_line.end(), exchange_options.begin(), exchange_options.end());
  Child exchange{exchange_line};
  const std::string port = std::to_string(values_of(exchange.line())["port"]);
  std::vector<std::string> trader_line = {trader_program, "--exchange-port", port,
                                          "--detached",   "--seconds",       "1"};
  trader_line.insert(trader_line.end(), trader_options.begin(), trader_options.end());
  Child trader{trader_line};
  Ledgers ledgers;
  ledgers.trader = values_of(trader.line());
  EXPECT_EQ(trader.wait(), 0);
  exchange.terminate();
  ledgers.exchange = values_of(exchange.line());
  EXPECT_EQ(exchange.wait(), 0);
  return ledgers;
}

TEST(Demo, TradesAndBothLedgersAgree) {
  const auto [exchange, trader] = run({}, {"--ignore-gate"});

  EXPECT_GT(trader.at("packets"), 100U);
  EXPECT_GT(trader.at("sent"), 10U);
  EXPECT_GT(trader.at("filled"), 0U);
  EXPECT_EQ(trader.at("rejected"), 0U);
  EXPECT_EQ(trader.at("blocked"), 0U);
  // The exchange may have sent what the trader did not stay to read.
  EXPECT_GE(trader.at("sent"), trader.at("acked"));
  EXPECT_LE(trader.at("acked"), exchange.at("acked"));
  EXPECT_LE(exchange.at("acked"), trader.at("acked") + 4);
  EXPECT_LE(trader.at("packets") + trader.at("missed"), exchange.at("packets"));
  // A sample for each order sent, each answer, and each packet but the first.
  EXPECT_EQ(trader.at("samples"), trader.at("sent") + trader.at("acked") + trader.at("rejected") +
                                      trader.at("packets") - 1);
}

TEST(Demo, SendsNoOrderThroughAGateThatNobodyOpened) {
  const auto [exchange, trader] = run({}, {});

  EXPECT_GT(trader.at("blocked"), 10U);
  EXPECT_EQ(trader.at("sent"), 0U);
  EXPECT_EQ(exchange.at("orders"), 0U);
}

TEST(Demo, RejectsEveryOrderInARejectStorm) {
  const auto [exchange, trader] = run({"--fault", "reject-storm"}, {"--ignore-gate"});

  EXPECT_GT(trader.at("rejected"), 10U);
  EXPECT_EQ(trader.at("acked"), 0U);
  EXPECT_EQ(exchange.at("acked"), 0U);
}

TEST(Demo, SendsNoPacketWhileTheFeedIsStalled) {
  const auto [exchange, trader] = run({"--fault", "feed-stall"}, {"--ignore-gate"});

  EXPECT_EQ(trader.at("packets"), 0U);
  EXPECT_EQ(exchange.at("packets"), 0U);
}

TEST(Demo, TakesAFaultWhileItRuns) {
  Child exchange{{exchange_program, "--control"}};
  const std::string port = std::to_string(values_of(exchange.line())["port"]);
  Child trader{
      {trader_program, "--exchange-port", port, "--detached", "--ignore-gate", "--seconds", "1"}};

  exchange.say("reject-storm\n");
  const Values ledger = values_of(trader.line());

  EXPECT_EQ(trader.wait(), 0);
  EXPECT_GT(ledger.at("rejected"), 0U);
}

TEST(Demo, RefusesAFaultThatItDoesNotKnow) {
  Child exchange{{exchange_program, "--fault", "rain"}};

  EXPECT_EQ(exchange.wait(), 2);
}

}  // namespace
}  // namespace demo::test
