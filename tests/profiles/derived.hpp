// SPDX-License-Identifier: Apache-2.0
// A profile's sidecar as it is shipped, but for shorter intervals of groups and probes: ranges
// and windows are those of the files. An alert for each recorded metric makes its value seen.
#pragma once

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <outrider/producer.hpp>
#include <outrider/profiles/trading.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "process/harness.hpp"
#include "profiles/profile.hpp"
#include "profiles/profile_files.hpp"

namespace outrider::testing {

class Derived : public ::testing::Test {
 protected:
  using Changes = std::vector<std::pair<std::string, std::string>>;

  /// `changes` to sidecar.yml and to the rules, beside shorter intervals.
  void start(const std::string& system, Changes changes = {}) {
    std::string all = "[";
    for (const std::string& name : rule_files(system)) {
      write_file(at(name),
                 shortened(shortened(read_file(profile_file(system, name)), changes),
                           {{"interval: \\w+", "interval: 50ms"}, {"for: \\w+\n", "for: 0s\n"}}));
      all += name + ", ";
    }
    std::string seen = "groups:\n- name: seen\n  interval: 50ms\n  rules:\n";
    for (const YAML::Node& metric :
         YAML::LoadFile(profile_file(system, "metrics.yml"))["metrics"]) {
      const auto name = metric["name"].as<std::string>();
      if (metric["source"].as<std::string>("") == "recorded")
        seen += "  - {alert: '" + name + "', expr: '" + name + "'}\n";
    }
    write_file(at("seen.rules.yml"), seen);
    changes.emplace_back("(?s)file: \\[.*?\\]", "file: " + all + "seen.rules.yml]");
    changes.emplace_back("interval: 10s", "interval: 1s");
    changes.emplace_back("\nprotection:\n", "\nprotection:\n  arm_at_start: true\n");
    write_file(at("sidecar.yml"),
               shortened(read_file(profile_file(system, "sidecar.yml")), changes));
    sidecar.emplace(directory.path(),
                    std::vector<std::string>{"--config.file=" + at("sidecar.yml")});
    if (::testing::Test::HasFatalFailure()) throw std::runtime_error{"no sidecar"};
    producer.emplace(ProducerOptions{.name = "trader", .directory = sidecar->segments()});
    writer.emplace(producer->writer("main"));
  }
  [[nodiscard]] std::string at(const std::string& name) const {
    return directory.path() + "/" + name;
  }

  /// What is recorded under that name, with those labels among others; nothing where it is absent.
  [[nodiscard]] std::optional<double> value(
      const std::string& name, const std::map<std::string, std::string>& labels = {}) const {
    const std::string page = sidecar->get("/api/v1/status");
    if (page.empty()) return std::nullopt;
    const auto status = nlohmann::json::parse(page);
    for (const auto& alert : status["alerts"]) {
      if (alert["name"] != name || alert["state"] != "firing") continue;
      if (std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
            return alert["labels"].value(label.first, "") == label.second;
          }))
        return alert["value"].is_number() ? alert["value"].get<double>() : std::nan("");
    }
    return std::nullopt;
  }
  void becomes(const std::string& name, double wanted,
               const std::map<std::string, std::string>& labels = {}) const {
    std::optional<double> found;
    EXPECT_TRUE(eventually([&] {
      found = value(name, labels);
      return found && std::abs(*found - wanted) < 1e-9;
    })) << name
        << " is " << found.value_or(-999) << " and not " << wanted << '\n'
        << sidecar->log();
  }
  void goes_away(const std::string& name) const {
    EXPECT_TRUE(eventually([&] { return !value(name); })) << name;
  }

  TempDirectory directory;
  std::optional<SidecarProcess> sidecar;
  std::optional<Producer> producer;
  std::optional<Writer> writer;
};

}  // namespace outrider::testing
