// SPDX-License-Identifier: Apache-2.0
// What a profile promises by its files: every metric that it lists is exported, every rule file
// is Prometheus' own, and the configuration is one that the sidecar takes.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <set>
#include <sstream>

#include "process/harness.hpp"
#include "profiles/profile_files.hpp"

namespace outrider::testing {
namespace {

using Names = std::set<std::string>;

class ProfileFiles : public ::testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] std::string file(const std::string& name) const {
    return profile_file(GetParam(), name);
  }
  /// What the profile's rule files record.
  [[nodiscard]] Names recorded() const {
    Names names;
    for (const std::string& name : rule_files(GetParam())) {
      for (const YAML::Node& group : YAML::LoadFile(file(name))["groups"]) {
        for (const YAML::Node& rule : group["rules"]) {
          if (rule["record"]) names.insert(rule["record"].as<std::string>());
        }
      }
    }
    return names;
  }

  const YAML::Node metrics = YAML::LoadFile(file("metrics.yml"))["metrics"];
};

/// The families of a page, by their TYPE lines.
Names families(const std::string& page) {
  Names names;
  for (std::size_t at = 0; (at = page.find("# TYPE ", at)) != page.npos;) {
    at += 7;
    names.insert(page.substr(at, page.find(' ', at) - at));
  }
  return names;
}

using ChecklistR5R6R20 = ProfileFiles;
// Breaks it: tools/deploy/profiles/graphwiz/metrics.yml: `name: graphwiz_trading_size_usd` ->
// `name: graphwiz_trade_size_usd`
TEST_P(ChecklistR5R6R20, EachMetricThatTheSystemsNameIsListed) {
  Names listed;
  for (const YAML::Node& metric : metrics) listed.insert(metric["name"].as<std::string>());

  for (const YAML::Node& name :
       YAML::LoadFile(OUTRIDER_SOURCE_DIR "/tests/profiles/contract.yml")[GetParam()])
    EXPECT_TRUE(listed.contains(name.as<std::string>())) << name;
}

/// The page of a sidecar whose trader exports all that the profile says a trader does.
class ExportedProfile : public ProfileFiles {
 protected:
  TempDirectory directory;
  const SidecarProcess sidecar{directory.path()};
  const Process trader{{std::string{OUTRIDER_BIN_DIR} + "/profile_trader", sidecar.segments(),
                        GetParam(), file("metrics.yml")},
                       directory.path() + "/trader.log"};
  [[nodiscard]] Names expected() const {
    Names names;
    for (const YAML::Node& metric : metrics) {
      const auto source = metric["source"].as<std::string>("trader");
      if (source == "trader" || source == "probe") names.insert(metric["name"].as<std::string>());
    }
    return names;
  }
  [[nodiscard]] Names missing() const {
    Names names = expected();
    for (const std::string& name : families(sidecar.get("/metrics"))) names.erase(name);
    return names;
  }
};

using ChecklistR112 = ExportedProfile;
// Breaks it: tools/deploy/profiles/thunes/thunes.guard.rules.yml:
// `record: thunes_kill_switch_active` -> `record: thunes_kill_switch`
TEST_P(ChecklistR112, EachMetricThatIsListedIsExportedOrRecorded) {
  ASSERT_GT(expected().size(), 5U);

  EXPECT_TRUE(eventually([&] { return missing().empty(); }))
      << ::testing::PrintToString(missing()) << read_file(directory.path() + "/trader.log");
  const Names made = recorded();
  for (const YAML::Node& metric : metrics) {
    const auto source = metric["source"].as<std::string>("trader");
    const auto name = metric["name"].as<std::string>();
    // By the one or by the other, never by both.
    EXPECT_EQ(made.contains(name), source == "view" || source == "recorded") << name;
  }
}

// What stays is in the systems' own names, which their dashboards ask for.
TEST_P(ExportedProfile, IsWarnedOfByPromtoolOnlyWhereTheCommittedListSays) {
  ASSERT_TRUE(eventually([&] { return missing().empty(); }));
  write_file(directory.path() + "/page", sidecar.get("/metrics"));
  std::istringstream committed{
      read_file(OUTRIDER_SOURCE_DIR "/tests/profiles/promtool_warnings.txt")};
  Names allowed;
  for (std::string line; std::getline(committed, line);) allowed.insert(line);

  std::string said;
  run("promtool check metrics < " + directory.path() + "/page 2>&1", &said);

  std::istringstream warnings{said};
  for (std::string line; std::getline(warnings, line);) EXPECT_TRUE(allowed.contains(line)) << line;
}

using ChecklistR78 = ProfileFiles;
// Breaks it: tools/deploy/profiles/thunes/thunes.rules.yml: `thunes_open_positions >= 3` ->
// `thunes_open_positions > 3`
TEST_P(ChecklistR78, PrometheusOwnTestsOfTheRulesPass) {
  std::string tests;
  for (const auto& entry : std::filesystem::directory_iterator{file("")}) {
    if (entry.path().string().ends_with(".test.yml")) tests += " " + entry.path().string();
  }
  std::string said;

  EXPECT_EQ(run("promtool test rules" + tests, &said), 0) << said;
}

TEST_P(ProfileFiles, AreTakenByOutriderCheckWithoutAWarning) {
  const std::string program = std::string{OUTRIDER_BIN_DIR} + "/outrider check ";
  std::string said;

  EXPECT_EQ(run(program + "config " + file("sidecar.yml"), &said), 0) << said;
  std::string rules;
  for (const std::string& name : rule_files(GetParam())) rules += " " + file(name);
  EXPECT_EQ(run(program + "rules" + rules + " --metrics " + file("metrics.yml"), &said), 0) << said;
  EXPECT_EQ(said.find("warning"), said.npos) << said;
}

const auto systems = ::testing::Values("go_bot", "graphwiz", "thunes", "trading_platform");
INSTANTIATE_TEST_SUITE_P(Systems, ProfileFiles, systems);
INSTANTIATE_TEST_SUITE_P(Systems, ChecklistR5R6R20, systems);
INSTANTIATE_TEST_SUITE_P(Systems, ChecklistR78, systems);
INSTANTIATE_TEST_SUITE_P(Systems, ChecklistR112, systems);
INSTANTIATE_TEST_SUITE_P(Systems, ExportedProfile, systems);

}  // namespace
}  // namespace outrider::testing
