// SPDX-License-Identifier: Apache-2.0
// Checklist row 111: whoever is woken by an alert is led to what to do. An alert added without
// a section, or a section left behind by an alert that is gone, breaks this.
#include <gtest/gtest.h>
#include <re2/re2.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "process/harness.hpp"

namespace outrider::testing {
namespace {

const std::string deploy = OUTRIDER_SOURCE_DIR "/tools/deploy";

/// The runbook_url of each alert that is shipped.
std::map<std::string, std::string> shipped_alerts() {
  std::map<std::string, std::string> alerts;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{deploy}) {
    if (!entry.path().string().ends_with(".rules.yml")) continue;
    for (const YAML::Node& group : YAML::LoadFile(entry.path())["groups"]) {
      for (const YAML::Node& rule : group["rules"]) {
        if (!rule["alert"]) continue;
        const auto name = rule["alert"].as<std::string>();
        EXPECT_FALSE(alerts.contains(name)) << name << " is two alerts, and has one section";
        alerts[name] = rule["annotations"]["runbook_url"].as<std::string>("");
      }
    }
  }
  return alerts;
}

/// The sections of the runbook and what each begins its lines with.
std::map<std::string, std::set<std::string>> sections() {
  std::map<std::string, std::set<std::string>> found;
  std::istringstream text{read_file(deploy + "/runbook.md")};
  std::string section;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("### ")) section = line.substr(4);
    if (line.starts_with("- **")) found[section].insert(line.substr(4, line.find("**", 4) - 4));
  }
  return found;
}

/// Every metric that a profile's trader or probes put on the page of the sidecar.
std::set<std::string> names_on_a_page() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{deploy + "/profiles"}) {
    if (entry.path().filename() != "metrics.yml") continue;
    for (const YAML::Node& metric : YAML::LoadFile(entry.path())["metrics"]) {
      const auto source = metric["source"].as<std::string>("trader");
      if (source == "trader" || source == "probe") names.insert(metric["name"].as<std::string>());
    }
  }
  return names;
}

/// What `pattern` has found in the runbook, each once.
std::set<std::string> found_in_runbook(const std::string& pattern) {
  const std::string text = read_file(deploy + "/runbook.md");
  std::set<std::string> all;
  re2::StringPiece rest{text};
  std::string found;
  while (RE2::FindAndConsume(&rest, pattern, &found)) all.insert(found);
  return all;
}

// Breaks it: tools/deploy/runbook.md: `'^(thunes_ws_connected)'` -> `'^(thunes_websocket)'`
TEST(ChecklistR111, WhatIsLookedForIsOnAPageOrIsOutridersOrTheHosts) {
  const std::set<std::string> names = names_on_a_page();
  const std::set<std::string> greps = found_in_runbook(R"(\| grep (?:-E )?'?\^?\(?([a-z0-9_|]+))");
  ASSERT_GT(greps.size(), 50U);

  for (const std::string& grep : greps) {
    std::istringstream words{grep};
    for (std::string word; std::getline(words, word, '|');) {
      const auto begins = names.lower_bound(word);
      EXPECT_TRUE(word.starts_with("outrider_") || word.starts_with("node_") ||
                  (begins != names.end() && begins->starts_with(word)))
          << word;
    }
  }
}

// Breaks it: tools/deploy/runbook.md: `outrider journal verify` -> `outrider journal look`
TEST(ChecklistR111, EachCommandOfOutriderIsOne) {
  const std::set<std::string> commands =
      found_in_runbook(R"(`outrider ([a-z]+(?: [a-z]+)?)[^`]*`)");
  ASSERT_GT(commands.size(), 5U);

  for (const std::string& command : commands) {
    std::string said;
    run(OUTRIDER_BIN_DIR "/outrider " + command + " --help", &said);
    EXPECT_NE(said.find("Usage: outrider " + command + " ["), std::string::npos) << said;
  }
}

// Breaks it: tools/deploy/runbook.md: `### ServiceDown` -> `### ServicesDown`
TEST(ChecklistR111, EachAlertIsLinkedWithItsSectionAndEachSectionHasItsAlert) {
  const auto alerts = shipped_alerts();
  const auto found = sections();
  const std::set<std::string> parts{"Meaning", "Impact", "Look", "Do", "Arm again"};
  ASSERT_GT(alerts.size(), 20U);

  for (const auto& [name, url] : alerts) {
    std::string anchor = name;
    std::transform(anchor.begin(), anchor.end(), anchor.begin(),
                   [](unsigned char letter) { return std::tolower(letter); });
    EXPECT_EQ(url, "runbook.md#" + anchor) << name;
    ASSERT_TRUE(found.contains(name)) << name << " has no section";
    EXPECT_EQ(found.at(name), parts) << name;
  }
  for (const auto& [name, lines] : found) EXPECT_TRUE(alerts.contains(name)) << name;
}

}  // namespace
}  // namespace outrider::testing
