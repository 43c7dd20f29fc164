// SPDX-License-Identifier: Apache-2.0
// Rows of the checklist that a profile's files answer by themselves; each test names the
// one-line change that breaks it.
#include <gtest/gtest.h>
#include <re2/re2.h>
#include <yaml-cpp/yaml.h>
#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <string>

#include "process/harness.hpp"

namespace outrider::testing {
namespace {

const std::string profiles = OUTRIDER_SOURCE_DIR "/tools/deploy/profiles/";

// Breaks it: tools/deploy/profiles/thunes/thunes.rules.yml: `alert: MaxPositionsReached` -> `alert:
// MaxPositions`
TEST(ChecklistR70, ThreeGroupsAndElevenRulesOfThunesAreWhatPrometheusLists) {
  const TempDirectory directory;
  const int port = free_port();
  write_file(directory.path() + "/prometheus.yml",
             "rule_files: [" + profiles + "thunes/thunes.rules.yml]\n");
  const Process prometheus{
      {"/usr/bin/prometheus", "--config.file=" + directory.path() + "/prometheus.yml",
       "--storage.tsdb.path=" + directory.path() + "/tsdb",
       "--web.listen-address=127.0.0.1:" + std::to_string(port)},
      directory.path() + "/prometheus.log"};
  std::string listed;
  ASSERT_TRUE(eventually([&] {
    listed.clear();
    run("curl -s http://127.0.0.1:" + std::to_string(port) + "/api/v1/rules", &listed);
    return listed.find("\"groups\":[{") != std::string::npos;
  })) << read_file(directory.path() + "/prometheus.log");

  std::map<std::string, std::set<std::string>> groups;
  const auto answer = nlohmann::json::parse(listed);
  for (const auto& group : answer["data"]["groups"]) {
    for (const auto& rule : group["rules"]) groups[group["name"]].insert(rule["name"]);
  }

  EXPECT_EQ(
      groups,
      (std::map<std::string, std::set<std::string>>{
          {"thunes_critical_alerts",
           {"KillSwitchActive", "CircuitBreakerOpen", "WebSocketDisconnected", "HighOrderLatency"}},
          {"thunes_risk_alerts", {"DailyPnLLimitApproaching", "MaxPositionsReached"}},
          {"cross_stack_alerts",
           {"ThunesBlockedWithMCPFailure", "CircuitBreakerWithInfraIssues",
            "WorktreeBlockedDuringTrading", "InfrastructureDegradation", "CriticalSystemsDown"}}}));
}

// Breaks it: tools/deploy/profiles/thunes/thunes.rules.yml: `and on ()
// lab_mcp_server_health{server_name="rag-query"}` -> `and
// lab_mcp_server_health{server_name="rag-query"}`
TEST(ChecklistR71, AllFiveCrossStackAlertsFireWhenAllTheirConditionsAreTrue) {
  const std::string file = profiles + "thunes/thunes.together.test.yml";
  std::set<std::string> fire;
  for (const YAML::Node& claim : YAML::LoadFile(file)["tests"][0]["alert_rule_test"]) {
    if (claim["exp_alerts"].size() == 1) fire.insert(claim["alertname"].as<std::string>());
  }
  std::string said;

  EXPECT_EQ(fire,
            (std::set<std::string>{"ThunesBlockedWithMCPFailure", "CircuitBreakerWithInfraIssues",
                                   "WorktreeBlockedDuringTrading", "InfrastructureDegradation",
                                   "CriticalSystemsDown"}));
  EXPECT_EQ(run("promtool test rules " + file, &said), 0) << said;
}

YAML::Node metrics_of(const std::string& system) {
  return YAML::LoadFile(profiles + system + "/metrics.yml")["metrics"];
}

// Breaks it: tools/deploy/profiles/graphwiz/sidecar.yml: `days: [fri]` -> `days: [mon]`
TEST(ChecklistR95Profiles, ThunesHearsOfEachDayAndGraphwizOfEachDayAndEachWeek) {
  using Due = std::map<std::string, std::string>;  // by summary: when
  const auto due_of = [](const std::string& system, std::set<std::string>& fields) {
    Due due;
    std::set<std::string> known;
    for (const YAML::Node& metric : metrics_of(system))
      known.insert(metric["name"].as<std::string>());
    for (const YAML::Node& summary :
         YAML::LoadFile(profiles + system + "/sidecar.yml")["alerting"]["summaries"]) {
      const YAML::Node days = summary["days"];
      due[summary["name"].as<std::string>()] =
          summary["at"].as<std::string>() + (days ? " " + days[0].as<std::string>() : "");
      for (const auto& field : summary["fields"]) {
        fields.insert(field.first.as<std::string>());
        const YAML::Node expr = field.second.IsMap() ? field.second["expr"] : field.second;
        const auto text = expr.as<std::string>();
        re2::StringPiece rest{text};
        for (std::string name; RE2::FindAndConsume(&rest, "\\b((?:thunes|graphwiz)_\\w+)", &name);)
          EXPECT_TRUE(known.contains(name)) << name << " is none of " << system;
      }
    }
    std::string said;
    EXPECT_EQ(run(std::string{OUTRIDER_BIN_DIR} + "/outrider check config " + profiles + system +
                      "/sidecar.yml",
                  &said),
              0)
        << said;
    return due;
  };

  std::set<std::string> fields;
  EXPECT_EQ(due_of("thunes", fields), (Due{{"daily", "23:00"}}));
  EXPECT_EQ(fields, (std::set<std::string>{"PnL", "Trades", "Win rate", "Positions",
                                           "Circuit breaker", "Kill switch"}));
  EXPECT_EQ(due_of("graphwiz", fields), (Due{{"daily", "23:59"}, {"weekly", "23:59 fri"}}));
}

// Breaks it: tools/deploy/profiles/trading_platform/trading_platform.rules.yml: `alert:
// ServiceDown` -> `alert: ServiceIsDown`
TEST(ChecklistR72, CriticalAlertsOfTradingPlatformFireAfterThirtySecondsAtMost) {
  std::set<std::string> seen;
  for (const YAML::Node& group :
       YAML::LoadFile(profiles + "trading_platform/trading_platform.rules.yml")["groups"]) {
    for (const YAML::Node& rule : group["rules"]) {
      if (rule["labels"]["severity"].as<std::string>() != "critical") continue;
      seen.insert(rule["alert"].as<std::string>());
      EXPECT_EQ(rule["for"].as<std::string>("0s"), "30s") << rule["alert"];
    }
  }

  for (const char* name :
       {"CircuitBreakerTripped", "DailyLossExceeded", "ServiceDown",
        "ExecutionGatewayDatabaseDisconnected", "ExecutionGatewayRedisDisconnected"}) {
    EXPECT_TRUE(seen.contains(name)) << name;
  }
}

// Breaks it: tools/deploy/profiles/graphwiz/sidecar.yml: `AgentFailure: 300s` -> `AgentFailures:
// 300s`
TEST(ChecklistR73, TenRulesOfGraphwizEachHaveACooldownAndSoHasEachSeverity) {
  const YAML::Node cooldowns =
      YAML::LoadFile(profiles + "graphwiz/sidecar.yml")["alerting"]["cooldowns"];

  for (const char* name :
       {"HighCpu", "HighMemory", "ExchangeDisconnect", "HighLatency", "LargeLoss", "RateLimit",
        "Neo4jDisconnect", "AgentFailure", "RiskLimitBreach", "DiskSpace", "info", "warning",
        "critical", "emergency"}) {
    EXPECT_TRUE(cooldowns[name]) << name;
  }
}

// Breaks it: tools/deploy/profiles/trading_platform/metrics.yml: `metrics:` -> `more_metrics:`
TEST(ChecklistR118, TradingPlatformCountsBusinessHealthAndCriticalAlerts) {
  std::map<std::string, int> roles;
  for (const YAML::Node& metric : metrics_of("trading_platform"))
    ++roles[metric["role"].as<std::string>()];
  int critical = 0;
  for (const YAML::Node& group :
       YAML::LoadFile(profiles + "trading_platform/trading_platform.rules.yml")["groups"]) {
    for (const YAML::Node& rule : group["rules"])
      critical += rule["labels"]["severity"].as<std::string>() == "critical" ? 1 : 0;
  }

  EXPECT_GE(roles["business"], 20);
  EXPECT_GE(roles["health"], 10);
  EXPECT_GE(critical, 5);
}

// Breaks it: tools/deploy/profiles/thunes/metrics.yml: `encoding: {0: CLOSED, 0.5: HALF_OPEN, 1:
// OPEN}` -> `encoding: {0: CLOSED, 1: OPEN}`
TEST(ChecklistR49, EachStateOfAGateIsClaimedInEachSystemsOwnNumbers) {
  constexpr std::size_t states = 7;
  for (const std::string system : {"thunes", "trading_platform", "graphwiz", "go_bot"}) {
    std::map<std::string, std::size_t> claims;
    std::map<std::string, std::set<double>> values;
    for (const YAML::Node& test :
         YAML::LoadFile(profiles + system + "/" + system + ".rules.test.yml")["tests"]) {
      for (const YAML::Node& claim : test["promql_expr_test"]) {
        const auto view = claim["expr"].as<std::string>();
        ++claims[view];
        values[view].insert(claim["exp_samples"][0]["value"].as<double>());
      }
    }
    for (const YAML::Node& metric : metrics_of(system)) {
      if (metric["source"].as<std::string>("") != "view") continue;
      const auto view = metric["name"].as<std::string>();
      EXPECT_EQ(claims[view], states) << view;
      EXPECT_EQ(values[view].size(), metric["encoding"].size()) << view;
    }
  }
}

}  // namespace
}  // namespace outrider::testing
