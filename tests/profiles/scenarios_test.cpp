// SPDX-License-Identifier: Apache-2.0
// Each alert of each profile, made true by a trader and seen firing through the real sidecar.
// A threshold changed in a rule file, such as `>= 5` to `>= 50` in BinanceFailing, breaks this.
#include "profiles/profile.hpp"

namespace outrider::testing {
namespace {

TEST_P(Profile, FiresEachAlertOnWhatItNamesAndNoneWhileAllIsWell) {
  EXPECT_EQ(never_firing(without_trader), Alerts{});
  start_trader();
  ASSERT_EQ(still_firing(), Alerts{})
      << sidecar->log() << read_file(directory.path() + "/trader.log");
  ASSERT_TRUE(have_seen_equity());
  ASSERT_TRUE(have_a_past());

  for (const Batch& batch : batches_of(scenarios)) {
    hold(batch.when);
    EXPECT_EQ(never_firing(batch.alerts), Alerts{});
    if (batch.latches) continue;
    hold({});
    EXPECT_EQ(still_firing(), Alerts{});
  }
}

using ChecklistR44 = Profile;
// Breaks it: tools/deploy/profiles/trading_platform/sidecar.yml: `- {alert: DataStaleTrip, scope:
// global,` -> `- {alert: DailyLossTrip, scope: host,`
TEST_P(ChecklistR44, EachLimitTripsTheBreakerByItself) {
  start_trader();
  ASSERT_EQ(still_firing(), Alerts{});
  ASSERT_TRUE(have_seen_equity());

  for (const char* rule : {"BrokerErrorsTrip", "DrawdownTrip", "DailyLossTrip", "DataStaleTrip"}) {
    const auto scenario = std::find_if(scenarios.begin(), scenarios.end(),
                                       [&](const auto& each) { return each.alert == rule; });
    ASSERT_NE(scenario, scenarios.end());
    hold(scenario->when);
    EXPECT_TRUE(eventually([&] { return tripped(rule); })) << sidecar->get("/api/v1/status");
  }
}

using ChecklistR35 = Profile;
// Breaks it: tools/deploy/profiles/graphwiz/graphwiz.rules.yml:
// `{stage="market_data"}[1m]))) > 0.001` -> `{stage="marketdata"}[1m]))) > 0.001`
TEST_P(ChecklistR35, OrdersBeyondTenMarketDataBeyondOneAndSignalsBeyondFiveMillisecondsWarn) {
  start_trader();
  hold({{R"(graphwiz_hft_latency_seconds{stage="order_execution"})", "@0.009"},
        {R"(graphwiz_hft_latency_seconds{stage="market_data"})", "@0.0009"},
        {R"(graphwiz_hft_latency_seconds{stage="strategy_signal"})", "@0.0045"}});
  ASSERT_EQ(still_firing(), Alerts{});

  hold({{R"(graphwiz_hft_latency_seconds{stage="order_execution"})", "@0.011"},
        {R"(graphwiz_hft_latency_seconds{stage="market_data"})", "@0.0011"},
        {R"(graphwiz_hft_latency_seconds{stage="strategy_signal"})", "@0.0055"}});

  EXPECT_EQ(never_firing({"HftOrderExecutionSlow", "HftMarketDataSlow", "HftStrategySlow"}),
            Alerts{});
}

using ChecklistR57 = Profile;
// Breaks it: tools/deploy/profiles/thunes/thunes.derived.rules.yml:
// `sum(outrider_probe_errors_total` -> `min(outrider_probe_errors_total`
TEST_P(ChecklistR57, HealthScriptsThatHangMakeTheCollectorSlowAndAreItsErrors) {
  const std::string lab = directory.path() + "/lab/bin";
  std::filesystem::create_directories(lab);
  for (const std::string name : {"fetch", "git", "github", "jupyter", "sqlite"}) {
    const std::string script = lab + "/mcp-" + name + "-health";
    write_file(script, "#!/bin/sh\nexec sleep 600\n");
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  }
  // A try is over after its timeout, so that no round takes a minute unless that is longer.
  const std::string rules = directory.path() + "/thunes.guard.rules.yml";
  write_file(rules,
             shortened(read_file(rules), {{"duration_seconds > 60", "duration_seconds > 1"}}));
  sidecar->process().signal(SIGHUP);

  EXPECT_EQ(never_firing({"LabCollectionSlow", "LabCollectorErrors"}), Alerts{}) << sidecar->log();
}

using ChecklistR79 = Profile;
// Breaks it: sidecar/rules/plan.cpp: `++status.fired;` -> `status.fired = 0;`
TEST_P(ChecklistR79, AlertsThatFireAndHaveFiredAreCountedBySeverity) {
  start_trader();
  ASSERT_EQ(still_firing(), Alerts{});
  const std::string fired = R"(outrider_alerts_fired_total{severity="warning"})";
  const std::string alerts = "outrider_alerts{severity=";
  const double before = sidecar->metric(fired).value_or(-1);

  hold({{R"(graphwiz_hft_latency_seconds{stage="order_execution"})", "@0.03"}});

  EXPECT_TRUE(eventually([&] { return sidecar->metric(fired) == before + 1; }));
  EXPECT_EQ(sidecar->metric(alerts + R"("warning",state="firing"})"), 1);
  EXPECT_EQ(sidecar->metric(alerts + R"("critical",state="firing"})"), 0);
  hold({});
  EXPECT_TRUE(
      eventually([&] { return sidecar->metric(alerts + R"("warning",state="firing"})") == 0; }));
  EXPECT_EQ(sidecar->metric(fired), before + 1);
}

using ChecklistR106 = Profile;
// Breaks it: sidecar/planner.cpp: `rules_ = std::move(rules);` -> `(void)rules;`
TEST_P(ChecklistR106, LimitsIntervalsAndCooldownsAreThoseOfAUsersOwnFiles) {
  start_trader();
  ASSERT_EQ(still_firing(), Alerts{});
  hold({{R"(graphwiz_hft_latency_seconds{stage="order_execution"})", "@0.015"},
        {R"(graphwiz_agent_failure_streak{agent="risk"})", "3"}});
  ASSERT_EQ(never_firing({"HftOrderExecutionSlow"}), Alerts{});
  ASSERT_FALSE(firing().contains("AgentFailure"));

  const std::string rules = directory.path() + "/graphwiz.rules.yml";
  write_file(rules, shortened(read_file(rules), {{"> 0.010", "> 0.020"},
                                                 {"failure_streak > 5", "failure_streak > 2"},
                                                 {"interval: 50ms", "interval: 70ms"}}));
  const std::string config = directory.path() + "/sidecar.yml";
  write_file(config, shortened(read_file(config), {{"HighCpu: 600s", "HighCpu: 300s"},
                                                   {"warning: 300s", "warning: 7m"}}));
  sidecar->process().signal(SIGHUP);

  EXPECT_TRUE(eventually([&] { return firing() == Alerts{"AgentFailure"}; }))
      << sidecar->get("/api/v1/status");
}

using ChecklistR114 = Profile;
// Breaks it: tools/deploy/profiles/thunes/thunes.derived.rules.yml: `+ 4 * stddev_over_time(` ->
// `+ 4e6 * avg_over_time(`
TEST_P(ChecklistR114, ALatencyFarFromItsOwnPastIsUnusualBelowEveryLimitUntilItIsThePast) {
  start_trader();
  ASSERT_EQ(still_firing(), Alerts{});
  ASSERT_TRUE(have_a_past());

  hold({{"thunes_order_latency_ms", "@200"}});

  EXPECT_EQ(never_firing({"OrderLatencyUnusual"}), Alerts{}) << sidecar->get("/api/v1/status");
  EXPECT_EQ(still_firing(), Alerts{});
}

using ChecklistR121 = Profile;
// Breaks it: tools/deploy/profiles/thunes/sidecar.yml: `exec: [/opt/lab/bin/mcp-rag-query-health]`
// -> `exec: [/opt/lab/bin/mcp-rag-health]`
TEST_P(ChecklistR121, AServerThatIsKilledFiresTheAlertThatJoinsItWithTheKillSwitch) {
  const std::string lab = directory.path() + "/lab/bin";
  std::filesystem::create_directories(lab);
  Process server{{"/bin/sleep", "600"}, directory.path() + "/server.log"};
  write_file(lab + "/mcp-rag-query-health",
             "#!/bin/sh\nkill -0 " + std::to_string(server.pid()) + "\n");
  std::filesystem::permissions(lab + "/mcp-rag-query-health", std::filesystem::perms::owner_all);
  start_trader();
  const std::string health = R"(lab_mcp_server_health{server_name="rag-query"})";
  ASSERT_TRUE(eventually([&] { return sidecar->metric(health) == 1; })) << sidecar->log();
  ASSERT_EQ(sidecar->outrider("kill --reason 'the simulation of a bad day'"), 0);
  ASSERT_EQ(never_firing({"KillSwitchActive"}), Alerts{});
  EXPECT_FALSE(firing().contains("ThunesBlockedWithMCPFailure"));

  server.kill_now();

  EXPECT_EQ(never_firing({"ThunesBlockedWithMCPFailure"}), Alerts{})
      << sidecar->get("/api/v1/status");
}

INSTANTIATE_TEST_SUITE_P(Thunes, ChecklistR57, ::testing::Values("thunes"));
INSTANTIATE_TEST_SUITE_P(Thunes, ChecklistR114, ::testing::Values("thunes"));
INSTANTIATE_TEST_SUITE_P(Thunes, ChecklistR121, ::testing::Values("thunes"));

INSTANTIATE_TEST_SUITE_P(Graphwiz, ChecklistR35, ::testing::Values("graphwiz"));
INSTANTIATE_TEST_SUITE_P(Graphwiz, ChecklistR79, ::testing::Values("graphwiz"));
INSTANTIATE_TEST_SUITE_P(Graphwiz, ChecklistR106, ::testing::Values("graphwiz"));
INSTANTIATE_TEST_SUITE_P(TradingPlatform, ChecklistR44, ::testing::Values("trading_platform"));
INSTANTIATE_TEST_SUITE_P(Systems, Profile,
                         ::testing::Values("go_bot", "graphwiz", "thunes", "trading_platform"));

}  // namespace
}  // namespace outrider::testing
