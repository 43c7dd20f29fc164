// SPDX-License-Identifier: Apache-2.0
// The rules of the four systems as they stood: legal, loaded by Prometheus, and unable to say
// what they should. `outrider check rules --metrics` finds each, with what to write instead.
// A check left out of find_mistakes breaks the line that names it.
#include <gtest/gtest.h>

#include "process/harness.hpp"

namespace outrider::testing {
namespace {

struct Original {
  const char* name;  ///< of the test
  const char* profile;
  const char* expr;
  const char* text;   ///< of its annotation
  const char* found;  ///< what must be said of it
  const char* remedy;
};

constexpr const char* no_join = "so it yields nothing, ever";
constexpr const char* silent = "is silent when the series is not there at all";

const Original originals[] = {
    {"JoinWithOneServer", "thunes",
     R"(thunes_kill_switch_active == 1 and lab_mcp_server_health{server_name="rag-query"} == 0)",
     "blocked", no_join, "write on()"},
    {"JoinWithACount", "thunes",
     R"(thunes_circuit_breaker_state{breaker_name="BinanceAPI"} == 1 and count(lab_mcp_server_health == 0) > 3)",
     "issues", no_join, "write on()"},
    {"JoinWithPositions", "thunes",
     R"(lab_worktree_status{worktree_name="thunes"} == 3 and thunes_open_positions > 0)", "blocked",
     no_join, "write on()"},
    {"JoinOfEitherWithACount", "thunes",
     R"((thunes_kill_switch_active == 1 or thunes_circuit_breaker_state{breaker_name="BinanceAPI"} == 1) and count(lab_mcp_server_health == 0) >= 3)",
     "down", no_join, "write on()"},
    {"MillisecondsAsDuration", "thunes",
     "histogram_quantile(0.95, rate(thunes_order_latency_ms_bucket[5m])) > 500",
     "p95 is {{ $value | humanizeDuration }}", "milliseconds", "divide by 1000"},
    {"TwoPerCentSigns", "thunes", "thunes_daily_pnl_used > 0.8",
     "{{ $value | humanizePercentage }}% used", "brings its own", "drop it"},
    {"ValueOfTheWrongSide", "thunes",
     R"(thunes_circuit_breaker_state{breaker_name="BinanceAPI"} == 1 and on () count(lab_mcp_server_health == 0) > 3)",
     "{{ $value }} servers fail", "prints the same number", "on the left"},
    {"MetricThatNobodyPublishes", "trading_platform",
     "execution_gateway_circuit_breaker_state == 1", "tripped", "which nothing publishes",
     "is it \"execution_gateway_circuit_breaker_status\"?"},
    {"StatusThatNoOrderHas", "trading_platform",
     R"(sum(rate(execution_gateway_orders_total{status="accepted"}[5m])) > 1)", "accepted",
     "status=\"accepted\", a value that no series has", "\"success\""},
    {"StatusThatNoReloadHas", "trading_platform",
     R"(sum(rate(signal_service_model_reload_total{status="error"}[10m])) / sum(rate(signal_service_model_reload_total[10m])) > 0.5)",
     "failing", "status=\"error\", a value that no series has", "\"failed\""},
    {"TenASecondInsteadOfAMinute", "trading_platform",
     "rate(oauth2_mtls_auth_failures_total[5m]) > 10", "more than 10/min",
     "beside a rate, which is per second", "60 * rate(...)"},
    {"NoOrders", "trading_platform", "rate(execution_gateway_orders_total[15m]) == 0", "none",
     silent, "absent(...)"},
    {"NoSignals", "trading_platform", "rate(signal_service_signals_generated_total[15m]) == 0",
     "none", silent, "absent(...)"},
    {"NoMarketData", "trading_platform",
     "rate(market_data_websocket_messages_received_total[10m]) == 0", "none", silent,
     "absent(...)"},
    {"QuantileBeyondTheLastBucket", "trading_platform",
     "histogram_quantile(0.95, sum by (le, channel) "
     "(rate(alert_delivery_latency_seconds_bucket[5m]))) > 60",
     "slow", "which it never exceeds", "a lower limit"},
    {"TotalOfTwoTypes", "trading_platform",
     R"(pnl_dollars{type="realized"} + pnl_dollars{type="unrealized"} < -5000)", "loss", no_join,
     "sum each side"},
    {"MisspeltMetric", "graphwiz", "graphviz_exchange_connected == 0", "gone",
     "which nothing publishes", "is it \"graphwiz_exchange_connected\"?"},
    {"NameWithoutItsEnding", "graphwiz", "rate(graphwiz_trading_total_trades[5m]) > 1", "busy",
     "which nothing publishes", "is it \"graphwiz_trading_total_trades_total\"?"},
    {"RateOfAGauge", "graphwiz", "rate(graphwiz_system_cpu_usage_percent[5m]) > 90", "busy",
     "a gauge: each fall of it reads as a restart", "avg_over_time"},
    {"ApprovalRateOfEachByItself", "go_bot",
     R"(increase(ai_decision_total{approved="true"}[24h]) / increase(ai_decision_total[24h]) < 0.1)",
     "low", "divided by itself", "sum(...) / sum(...)"},
    {"ViolationsUndefined", "go_bot", "rate(policy_violation_total[1h]) > 0", "violated",
     "which nothing publishes", "is it \"policy_violations_total\"?"},
};

class OriginalRule : public ::testing::TestWithParam<Original> {};

TEST_P(OriginalRule, IsFoundWithWhatToWriteInstead) {
  const Original& rule = GetParam();
  TempDirectory directory;
  const std::string file = directory.path() + "/original.rules.yml";
  write_file(file,
             "groups:\n- name: g\n  interval: 15s\n  rules:\n  - alert: A\n    expr: >-\n      " +
                 std::string{rule.expr} + "\n    annotations: {summary: '" + rule.text + "'}\n");
  std::string said;

  const int exit = run(std::string{OUTRIDER_BIN_DIR} + "/outrider check rules " + file +
                           " --metrics " OUTRIDER_SOURCE_DIR "/tools/deploy/profiles/" +
                           rule.profile + "/metrics.yml",
                       &said);

  EXPECT_EQ(exit, 0) << said;
  EXPECT_NE(said.find("original.rules.yml:5: warning: found"), said.npos) << said;
  EXPECT_NE(said.find(rule.found), said.npos) << said;
  EXPECT_NE(said.find(rule.remedy), said.npos) << said;
}

TEST(MetricsList, ThatCannotBeReadIsRefusedWithASentence) {
  TempDirectory directory;
  const std::string list = directory.path() + "/list.yml";
  write_file(list, "metrics: [{name: a}]\n");
  const std::string program = OUTRIDER_BIN_DIR "/outrider check rules " OUTRIDER_SOURCE_DIR
                                               "/tools/deploy/outrider.rules.yml --metrics ";
  std::string said;

  EXPECT_EQ(run(program + list, &said), 2);
  EXPECT_EQ(run(program + "/nowhere.yml", &said), 2);
  EXPECT_NE(said.find("list.yml: found no list of metrics"), said.npos) << said;
  EXPECT_NE(said.find("/nowhere.yml: found no list of metrics"), said.npos) << said;
}

INSTANTIATE_TEST_SUITE_P(Systems, OriginalRule, ::testing::ValuesIn(originals),
                         [](const auto& original) { return std::string{original.param.name}; });

}  // namespace
}  // namespace outrider::testing
