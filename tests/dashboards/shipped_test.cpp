// SPDX-License-Identifier: Apache-2.0
// What four systems ask of their dashboards: panels, words, colours, variables, and files that
// are what the generator makes.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "dashboards/shipped.hpp"
#include "process/harness.hpp"

namespace outrider::testing {
namespace {

using Texts = std::set<std::string>;

const std::string program = std::string{OUTRIDER_BIN_DIR} + "/outrider dashboards ";

Texts files_in(const std::string& directory) {
  Texts names;
  for (const auto& entry : std::filesystem::directory_iterator{directory})
    names.insert(entry.path().filename().string());
  return names;
}

Texts legends(const dashboards::Json& panel) {
  Texts found;
  for (const auto& target : panel["targets"]) found.insert(target["legendFormat"]);
  return found;
}

// Breaks it: tools/deploy/profiles/trading_platform/dashboards.yml: `legend: cancelled}` ->
// `legend: gone}`
TEST(ChecklistR96Panels, OrderFlowIsSubmittedFilledAndCancelledAndPnlHasBothPartsAndTheirSum) {
  EXPECT_EQ(legends(panel("trading-overview", "Order Flow")),
            (Texts{"submitted", "filled", "cancelled"}));
  for (const char* uid : {"trading-overview", "risk-monitoring"})
    EXPECT_EQ(legends(panel(uid, "P&L")), (Texts{"realized", "unrealized", "total"})) << uid;
}

// Breaks it: tools/deploy/profiles/graphwiz/dashboards.yml: `title: Win Rate` -> `title: Trade
// Count`
TEST(ChecklistR96Panels, EachSystemHasTheDashboardsAndAsManyPanelsAsItHad) {
  std::map<std::string, std::size_t> panels;
  for (const dashboards::Dashboard& each : all_described()) {
    Texts titles;
    for (const dashboards::Panel& panel : each.panels)
      if (panel.kind != "row") titles.insert(panel.title);
    panels[each.uid] = titles.size();
  }

  EXPECT_EQ(panels["thunes-overview"], 11U);
  EXPECT_EQ(panels["graphwiz-main"], 17U);
  EXPECT_EQ(panels["graphwiz-alerts"], 4U);
  for (const char* uid :
       {"trading-overview", "service-health", "performance", "risk-monitoring", "track7-slo",
        "dashboard-stage4-overview", "dashboard-trading", "dashboard-risk", "outrider"})
    EXPECT_GE(panels[uid], 5U) << uid;
}

// Breaks it: tools/dashboards/grafana_writer.hpp: `schema_version = 42` -> `schema_version = 36`
TEST(ChecklistR97, TheShippedFilesAreWhatTheGeneratorMakes) {
  const TempDirectory directory;
  std::string said;

  ASSERT_EQ(run(program + "generate --directory " + deploy + " --out " + directory.path(), &said),
            0)
      << said;

  const std::string shipped = deploy + "grafana/dashboards";
  EXPECT_EQ(files_in(directory.path()), files_in(shipped));
  for (const std::string& name : files_in(shipped))
    EXPECT_TRUE(read_file(directory.path() + '/' + name) == read_file(shipped + '/' + name))
        << name << ": outrider dashboards generate --out tools/deploy/grafana/dashboards";
}

// Breaks it: tools/dashboards/grafana_reader.cpp: `panel.max = number(json, at, "max");` ->
// `panel.max = number(json, at, "min");`
TEST(ChecklistR97, WhatIsReadBackIsWrittenTheSameToTheByte) {
  const TempDirectory directory;
  for (const std::string& name : files_in(deploy + "grafana/dashboards")) {
    const std::string file = deploy + "grafana/dashboards/" + name;
    const std::string description = directory.path() + "/description.yml";
    std::string said;

    EXPECT_EQ(run(program + "import " + file + " --out " + description, &said), 0) << said;
    std::string written;
    EXPECT_EQ(run(program + "generate --file " + description, &written), 0) << written;

    EXPECT_TRUE(written == read_file(file)) << name;
  }
}

// Breaks it: tools/dashboards/grafana_writer.cpp: `{"overwrite", true}` -> `{"overwrite", false}`
TEST(ChecklistR97, WrappedForTheApiADashboardIsReadBackTheSameToo) {
  const TempDirectory directory;
  const std::string file = directory.path() + "/wrapped.json";
  std::string said;

  ASSERT_EQ(
      run(program + "generate --directory " + deploy + " --profile thunes --wrap > " + file, &said),
      0)
      << said;

  const auto body = dashboards::Json::parse(read_file(file));
  EXPECT_EQ(body["overwrite"], true);
  EXPECT_EQ(body["dashboard"], dashboard("thunes-overview"));
  EXPECT_EQ(run(program + "check " + file, &said), 0) << said;
  EXPECT_NE(said.find("the same to the byte"), said.npos) << said;
}

// Breaks it: tools/dashboards/grafana_writer.cpp: `{"uid", "${datasource}"}` -> `{"uid",
// "prometheus"}`
TEST(ChecklistR97, TheDataSourceAndTheVariablesAreTheReadersChoice) {
  for (const dashboards::Dashboard& each : all_described()) {
    const dashboards::Json json = dashboards::to_grafana(each);
    EXPECT_EQ(json["templating"]["list"][0]["type"], "datasource") << each.uid;
    const std::string text = json.dump();
    for (std::size_t at = 0; (at = text.find("\"type\":\"prometheus\"", at)) != text.npos; ++at)
      EXPECT_EQ(text.compare(at + 20, 21, R"("uid":"${datasource}")"), 0) << text.substr(at, 60);
  }

  const dashboards::Json variables = dashboard("graphwiz-main")["templating"]["list"];
  EXPECT_EQ(variables[1]["name"], "exchange");
  EXPECT_EQ(variables[1]["includeAll"], true);
  EXPECT_EQ(variables[2]["name"], "agent");
  EXPECT_EQ(variables[3]["query"], "1m,5m,15m,1h");
}

struct Shown {
  std::string uid;
  std::string panel;
  std::map<std::string, std::pair<std::string, std::string>> words;  // by value: word, colour
};

// NOLINTNEXTLINE(readability-identifier-naming): gtest's own
void PrintTo(const Shown& shown, std::ostream* out) {
  *out << shown.uid << ": " << shown.panel;
}

class ChecklistR98 : public ::testing::TestWithParam<Shown> {};

// Breaks it: tools/deploy/profiles/thunes/dashboards.yml: `1: [ACTIVE, red]` -> `1: [ACTIVE,
// green]`
TEST_P(ChecklistR98, EachStateHasItsWordAndItsColour) {
  const dashboards::Json defaults =
      panel(GetParam().uid, GetParam().panel)["fieldConfig"]["defaults"];

  ASSERT_EQ(defaults["mappings"].size(), 1U);
  EXPECT_EQ(defaults["mappings"][0]["type"], "value");
  const dashboards::Json& options = defaults["mappings"][0]["options"];
  EXPECT_EQ(options.size(), GetParam().words.size());
  for (const auto& [value, shown] : GetParam().words) {
    EXPECT_EQ(options[value]["text"], shown.first) << value;
    EXPECT_EQ(options[value]["color"], shown.second) << value;
  }
  EXPECT_EQ(defaults["noValue"], "no data");
}

INSTANTIATE_TEST_SUITE_P(
    Panels, ChecklistR98,
    ::testing::Values(
        Shown{"thunes-overview",
              "Kill-Switch Status",
              {{"0", {"OK", "green"}}, {"1", {"ACTIVE", "red"}}}},
        Shown{
            "thunes-overview",
            "Circuit Breaker State",
            {{"0", {"CLOSED", "green"}}, {"0.5", {"HALF-OPEN", "yellow"}}, {"1", {"OPEN", "red"}}}},
        Shown{"thunes-overview",
              "WebSocket Health",
              {{"0", {"DISCONNECTED", "red"}}, {"1", {"CONNECTED", "green"}}}},
        Shown{"thunes-overview",
              "MCP Server Health",
              {{"0", {"DOWN", "red"}}, {"1", {"UP", "green"}}, {"2", {"NOT_CFG", "yellow"}}}},
        Shown{"thunes-overview",
              "Worktree Status",
              {{"0", {"COMPLETE", "green"}},
               {"1", {"WORKING", "green"}},
               {"2", {"TESTING", "yellow"}},
               {"3", {"BLOCKED", "red"}}}},
        Shown{"thunes-overview",
              "Worktree Test Status",
              {{"0", {"UNKNOWN", "dimgray"}},
               {"1", {"PASSING", "green"}},
               {"2", {"FAILING", "red"}}}},
        Shown{"trading-overview",
              "Circuit Breaker",
              {{"0", {"OPEN", "green"}}, {"1", {"TRIPPED", "red"}}}},
        Shown{"service-health", "Orchestrator", {{"0", {"DOWN", "red"}}, {"1", {"UP", "green"}}}},
        Shown{"service-health",
              "Database Connections",
              {{"0", {"DISCONNECTED", "red"}}, {"1", {"CONNECTED", "green"}}}},
        Shown{"track7-slo",
              "CB Staleness",
              {{"0", {"Verified", "green"}}, {"999999", {"FAILED", "red"}}}}));

/// Colours by the least value that has them, the one below all others first.
std::vector<std::pair<double, std::string>> steps(const std::string& uid,
                                                  const std::string& title) {
  std::vector<std::pair<double, std::string>> found;
  const dashboards::Json json = panel(uid, title);
  for (const auto& step : json["fieldConfig"]["defaults"]["thresholds"]["steps"])
    found.emplace_back(step["value"].is_null() ? -1 : step["value"].get<double>(), step["color"]);
  return found;
}

// Breaks it: tools/deploy/profiles/thunes/dashboards.yml: `0.8: red}` -> `0.9: red}`
TEST(ChecklistR98Limits, EachLimitHasItsColour) {
  using Steps = std::vector<std::pair<double, std::string>>;

  EXPECT_EQ(steps("thunes-overview", "Open Positions"),
            (Steps{{-1, "green"}, {2, "yellow"}, {3, "red"}}));
  EXPECT_EQ(steps("thunes-overview", "Daily PnL Usage"),
            (Steps{{-1, "transparent"}, {0.8, "red"}}));
  EXPECT_EQ(steps("thunes-overview", "Order Latency (p50/p95/p99)"),
            (Steps{{-1, "transparent"}, {500, "red"}}));
  EXPECT_EQ(steps("thunes-overview", "WebSocket Message Gap"),
            (Steps{{-1, "transparent"}, {30, "red"}}));
  EXPECT_EQ(steps("trading-overview", "Rejected Orders"), (Steps{{-1, "green"}, {1, "red"}}));
  EXPECT_EQ(steps("performance", "Order Placement"), (Steps{{-1, "transparent"}, {2, "red"}}));
  EXPECT_EQ(steps("track7-slo", "Audit Write p95"),
            (Steps{{-1, "green"}, {0.5, "yellow"}, {1, "red"}}));
  EXPECT_EQ(steps("track7-slo", "Delivery p95"),
            (Steps{{-1, "green"}, {30, "yellow"}, {60, "red"}}));
  EXPECT_EQ(steps("track7-slo", "Poison Queue"),
            (Steps{{-1, "green"}, {5, "yellow"}, {10, "red"}}));
}

}  // namespace
}  // namespace outrider::testing
