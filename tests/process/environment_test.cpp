// SPDX-License-Identifier: Apache-2.0
// A sidecar says which environment it is of: on every series, and on every alert.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <outrider/producer.hpp>
#include <sstream>

#include "process/harness.hpp"

namespace outrider::testing {
namespace {

using Json = nlohmann::json;

class ChecklistR108 : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path(const std::string& name) const {
    return directory_.path() + "/" + name;
  }
  /// A rule that must not see the environment, and one that fires; told to a file.
  std::string configured(const std::string& environment) const {
    write_file(path("rules.yml"),
               "groups: [{name: g, rules: [{alert: Seen, expr: 'pnl_usd{env=~\"prod.*\"} < 0'},\n"
               "  {alert: Loss, expr: pnl_usd < -1000, labels: {severity: info},\n"
               "  annotations: {summary: '{{ $externalLabels.team }} in {{ $externalLabels.env }}, "
               "see {{ $externalURL }}/live'}}]}]\n");
    write_file(path("sidecar.yml"),
               "rules: {file: rules.yml}\nexternal_labels: {env: " + environment +
                   ", region: tokyo}\nalerting:\n  external_labels: {team: fx}\n  hooks:\n"
                   "  - {name: told, exec: [/bin/sh, -c, 'cat > " +
                   path("telling") + "; mv " + path("telling") + " " + path("told") + "']}\n");
    return path("sidecar.yml");
  }
  [[nodiscard]] bool shows(const std::string& line) const {
    return eventually(
        [&] { return sidecar_.get("/metrics").find("\n" + line + "\n") != std::string::npos; });
  }

  TempDirectory directory_;
  SidecarProcess sidecar_{directory_.path(), {"--config.file=" + configured("production")}};
  Producer producer_{{.name = "desk-1", .directory = sidecar_.segments()}};
  Writer writer_ = producer_.writer("main");
};

// Breaks it: sidecar/outputs/external_labels.cpp: `if (labels.empty()) return;` -> `return;`
TEST_F(ChecklistR108, EverySeriesOfThePageSaysWhichEnvironmentItIsOf) {
  writer_.gauge("pnl_usd", "Profit and loss of the day").set(5);
  writer_.histogram("order_seconds", "Order round trip").record(1000, ticks());

  ASSERT_TRUE(shows("pnl_usd{producer=\"desk-1\",env=\"production\",region=\"tokyo\"} 5"));
  std::istringstream page{sidecar_.get("/metrics")};
  std::size_t series = 0;
  for (std::string line; std::getline(page, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    ++series;
    EXPECT_NE(line.find("env=\"production\",region=\"tokyo\""), std::string::npos) << line;
  }
  EXPECT_GT(series, 100U);
  EXPECT_EQ(run("curl -s -m 10 http://127.0.0.1:" + std::to_string(sidecar_.port()) +
                "/metrics | promtool check metrics"),
            0);
}

// Breaks it: sidecar/outputs/external_labels.cpp: `if (!has(metric, name)) metric` -> `metric`
TEST_F(ChecklistR108, ASeriesKeepsItsOwnLabelOfThatName) {
  writer_.gauge("pnl_usd", "Profit and loss of the day", {{"env", "paper"}}).set(5);
  writer_.gauge("pnl_usd", "Profit and loss of the day", {{"env", "production"}}).set(6);
  writer_.gauge("pnl_usd", "Profit and loss of the day").set(7);

  EXPECT_TRUE(shows("pnl_usd{env=\"paper\",producer=\"desk-1\",region=\"tokyo\"} 5"));
  EXPECT_TRUE(shows("pnl_usd{env=\"production\",producer=\"desk-1\",region=\"tokyo\"} 6"));
  EXPECT_TRUE(shows("pnl_usd{producer=\"desk-1\"} 7")) << "two series must not become one";
}

// Breaks it: sidecar/outputs/alerts/compose.cpp:
// `for (const auto& [name, value] : config.external_labels)` ->
// `for (const auto& [name, value] : config.alerting.external_labels)`
TEST_F(ChecklistR108, EveryAlertSaysItTooAndRulesDoNotSeeIt) {
  writer_.gauge("pnl_usd", "Profit and loss of the day").set(-2000);
  ASSERT_TRUE(eventually([&] {
    return std::filesystem::exists(path("told")) &&
           read_file(path("told")).find("\"Loss\"") != std::string::npos;
  })) << sidecar_.log();

  const Json told = Json::parse(read_file(path("told")), nullptr, false);
  ASSERT_TRUE(told.is_object()) << read_file(path("told"));
  for (const Json& alert : told["alerts"]) {
    EXPECT_EQ(alert["labels"]["env"], "production") << alert;
    EXPECT_EQ(alert["labels"]["region"], "tokyo") << alert;
    EXPECT_EQ(alert["labels"]["team"], "fx") << alert;
    EXPECT_EQ(alert["annotations"]["summary"],
              "fx in production, see http://127.0.0.1:" + std::to_string(sidecar_.port()) + "/live")
        << alert;
  }
  const std::string alerts = sidecar_.get("/api/v1/alerts");
  EXPECT_NE(alerts.find("\"env\": \"production\""), std::string::npos) << alerts;
  EXPECT_EQ(alerts.find("\"Seen\""), std::string::npos) << alerts;
  EXPECT_EQ(sidecar_.get("/api/v1/query?query=pnl_usd").find("tokyo"), std::string::npos);
  const Json status = Json::parse(sidecar_.get("/api/v1/status"), nullptr, false);
  EXPECT_EQ(status.value("external_labels", Json{}),
            (Json{{"env", "production"}, {"region", "tokyo"}}));
}

// Breaks it: sidecar/sidecar.cpp: `external_labels_ = fresh.config.external_labels;` -> ``
TEST_F(ChecklistR108, AReloadMovesItToAnotherEnvironment) {
  writer_.gauge("pnl_usd", "Profit and loss of the day").set(5);
  ASSERT_TRUE(shows("pnl_usd{producer=\"desk-1\",env=\"production\",region=\"tokyo\"} 5"));

  configured("staging");
  sidecar_.process().signal(SIGHUP);

  EXPECT_TRUE(shows("pnl_usd{producer=\"desk-1\",env=\"staging\",region=\"tokyo\"} 5"));
}

}  // namespace
}  // namespace outrider::testing
