// SPDX-License-Identifier: Apache-2.0
// A profile of tools/deploy/profiles in a real sidecar with its own configuration, and a
// trader whose series a test holds at what it likes. So that an hour fits into seconds, the
// copies of the files say `for: 0s`, ranges of half a second and offsets of three of these,
// groups of 50 ms and short cooldowns; expressions, thresholds, labels and consequences are those
// that are shipped (promtool tests them with their own times).
#pragma once

#include <gtest/gtest.h>
#include <re2/re2.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "process/harness.hpp"
#include "profiles/profile_files.hpp"

namespace outrider::testing {
using Levels = std::map<std::string, std::string>;

struct Scenario {
  std::string alert;
  Levels when;
  bool latches = false;
};

/// Scenarios that can be true at the same time.
struct Batch {
  std::set<std::string> alerts;
  Levels when;
  bool latches = false;

  [[nodiscard]] bool has_room_for(const Scenario& scenario) const {
    return latches == scenario.latches &&
           std::all_of(scenario.when.begin(), scenario.when.end(), [this](const auto& level) {
             const auto same = when.find(level.first);
             return same == when.end() || same->second == level.second;
           });
  }
  void add(const Scenario& scenario) {
    alerts.insert(scenario.alert);
    when.insert(scenario.when.begin(), scenario.when.end());
    latches = scenario.latches;
  }
};

inline std::string shortened(std::string text,
                             const std::vector<std::pair<std::string, std::string>>& by) {
  for (const auto& [found, instead] : by) RE2::GlobalReplace(&text, found, instead);
  return text;
}

inline std::vector<Batch> batches_of(const std::vector<Scenario>& scenarios) {
  std::vector<Batch> batches;
  for (const Scenario& scenario : scenarios) {
    auto room = std::find_if(batches.begin(), batches.end(),
                             [&](const Batch& batch) { return batch.has_room_for(scenario); });
    if (room == batches.end()) room = batches.emplace(batches.end());
    room->add(scenario);
  }
  return batches;
}

class Profile : public ::testing::TestWithParam<std::string> {
 protected:
  /// What else a test changes in its copy of sidecar.yml.
  [[nodiscard]] virtual std::string adapted(std::string config) const { return config; }

  void SetUp() override {
    for (const std::string& name : rule_files(GetParam())) {
      write_file(directory.path() + "/" + name, shortened(read_file(profile_file(GetParam(), name)),
                                                          {{"for: \\w+\n", "for: 0s\n"},
                                                           {"interval: \\w+\n", "interval: 50ms\n"},
                                                           {"\\[\\w+\\]", "[500ms]"},
                                                           {"offset \\w+", "offset 1500ms"}}));
    }
    write_file(directory.path() + "/sidecar.yml",
               shortened(adapted(read_file(profile_file(GetParam(), "sidecar.yml"))),
                         {{"cooldown: \\w+}", "cooldown: 300ms}"},
                          {"quiet_period: \\w+", "quiet_period: 100ms"},
                          {"interval: 30s", "interval: 2s"},
                          {"timeout: 5s", "timeout: 2s"},
                          {"/opt/lab", directory.path() + "/lab"},
                          {"\nprotection:\n",
                           "\nprotection:\n  arm_at_start: true\n  success_window: 100ms\n"}}));
    read_scenarios(OUTRIDER_SOURCE_DIR "/tests/profiles/" + GetParam() + ".scenarios.yml");
    sidecar.emplace(directory.path(),
                    std::vector<std::string>{"--config.file=" + directory.path() + "/sidecar.yml"});
  }

  void read_scenarios(const std::string& file) {
    const YAML::Node document = YAML::LoadFile(file);
    healthy = document["healthy"].as<Levels>();
    for (const YAML::Node& each : document["scenarios"]) {
      const auto alert = each["alert"].as<std::string>();
      if (each["without_trader"].as<bool>(false)) {
        without_trader.insert(alert);
      } else {
        scenarios.push_back({alert, each["when"].as<Levels>(), each["latches"].as<bool>(false)});
      }
    }
  }

  void start_trader() {
    hold({});
    trader = Process{{std::string{OUTRIDER_BIN_DIR} + "/profile_trader", sidecar->segments(),
                      GetParam(), profile_file(GetParam(), "metrics.yml"), levels_file()},
                     directory.path() + "/trader.log"};
  }
  /// Whether the analytics have seen equity while all is well: a drawdown is below that.
  [[nodiscard]] bool have_seen_equity() const {
    const YAML::Node config = YAML::LoadFile(directory.path() + "/sidecar.yml");
    return std::all_of(
        config["analytics"].begin(), config["analytics"].end(), [&](const YAML::Node& account) {
          const std::string series =
              "outrider_equity_drawdown_ratio{name=\"" + account["name"].as<std::string>() + "\"}";
          return !account["equity"] || eventually([&] { return sidecar->metric(series) == 0; });
        });
  }

  /// Whether latencies have a past that is longer than the ranges and offsets of the rules: a
  /// trader records one in 10 ms, or in more.
  [[nodiscard]] bool have_a_past() const {
    const bool measures = std::any_of(healthy.begin(), healthy.end(), [](const auto& level) {
      return level.second.starts_with('@');
    });
    return !measures || eventually([&] {
      return sidecar->metric("outrider_samples_recorded_total{producer=\"" + GetParam() + "\"}")
                 .value_or(0) >= 300;
    });
  }

  /// What is named, and all else healthy.
  void hold(Levels levels) {
    levels.insert(healthy.begin(), healthy.end());
    std::string text;
    for (const auto& [series, value] : levels) text += series + " " + value + "\n";
    write_file(levels_file() + ".new", text);
    std::filesystem::rename(levels_file() + ".new", levels_file());
  }

  [[nodiscard]] std::set<std::string> firing() const {
    std::set<std::string> names;
    const std::string page = sidecar->get("/api/v1/status");
    if (page.empty()) return names;
    const auto status = nlohmann::json::parse(page);
    for (const auto& alert : status["alerts"]) {
      if (alert["state"] == "firing") names.insert(alert["name"].get<std::string>());
    }
    return names;
  }
  [[nodiscard]] bool tripped(const std::string& rule) const {
    return sidecar->metric("outrider_trips_total{rule=\"" + rule + "\",scope=\"global\"}") > 0;
  }
  /// Those of `expected` that do not come to fire.
  [[nodiscard]] std::set<std::string> never_firing(std::set<std::string> expected) const {
    eventually([&] {
      for (const std::string& name : firing()) expected.erase(name);
      return expected.empty();
    });
    return expected;
  }
  /// Those that do not stop firing.
  [[nodiscard]] std::set<std::string> still_firing() const {
    std::set<std::string> names;
    eventually([&] { return (names = firing()).empty(); });
    return names;
  }

  TempDirectory directory;
  Levels healthy;
  std::vector<Scenario> scenarios;
  std::set<std::string> without_trader;
  std::optional<SidecarProcess> sidecar;
  Process trader;

 private:
  [[nodiscard]] std::string levels_file() const { return directory.path() + "/levels"; }
};

using Alerts = std::set<std::string>;

}  // namespace outrider::testing
