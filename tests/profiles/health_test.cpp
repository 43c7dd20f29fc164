// SPDX-License-Identifier: Apache-2.0
// The health checks of a profile, by the vectors that promtool tests it with, through the real
// sidecar's /health.
#include "profiles/profile.hpp"

namespace outrider::testing {
namespace {

/// What a check must say of some levels.
struct Vector {
  std::string check;
  Levels when;
  double value = 0;
};

/// Those of a file for promtool that one trader can show one after the other: it cannot take
/// back a series that it has registered.
std::vector<Vector> vectors_of(const std::string& file) {
  std::vector<Vector> all;
  for (const YAML::Node& test : YAML::LoadFile(file)["tests"]) {
    if (!test["promql_expr_test"]) continue;
    const YAML::Node claim = test["promql_expr_test"][0];
    if (claim["exp_samples"].size() == 0) continue;
    Vector vector{"", {}, claim["exp_samples"][0]["value"].as<double>()};
    if (vector.value < 0) continue;
    RE2::PartialMatch(claim["expr"].as<std::string>(), "check=\"(\\w+)\"", &vector.check);
    for (const YAML::Node& series : test["input_series"]) {
      const auto values = series["values"].as<std::string>();
      vector.when[series["series"].as<std::string>()] = values.substr(0, values.find('+'));
    }
    all.push_back(std::move(vector));
  }
  return all;
}

class HealthChecks : public Profile {
 protected:
  /// By name; empty when nobody answers.
  [[nodiscard]] std::map<std::string, nlohmann::json> checks() const {
    std::map<std::string, nlohmann::json> found;
    const auto page = nlohmann::json::parse(sidecar->get("/health"), nullptr, false);
    if (!page.is_object()) return found;
    for (const auto& each : page.at("checks")) found[each.at("check")] = each;
    return found;
  }
  [[nodiscard]] std::map<std::string, std::string> words() const {
    std::map<std::string, std::string> found;
    for (const auto& [check, entry] : checks()) found[check] = entry.at("status");
    return found;
  }
};

using ChecklistR62 = HealthChecks;

// Breaks it: tools/deploy/profiles/graphwiz/graphwiz.health.rules.yml: `3 - 2 *
// (min(graphwiz_exchange_rate_limit_remaining) > bool 10)` -> `3 - 2 *
// (min(graphwiz_exchange_rate_limit_remaining) > bool 11)`
TEST_P(ChecklistR62, EachCheckSaysWhatItsTableSaysAtEachEdge) {
  const std::vector<Vector> vectors =
      vectors_of(OUTRIDER_SOURCE_DIR "/tools/deploy/profiles/" + GetParam() + "/" + GetParam() +
                 ".health.rules.test.yml");
  ASSERT_GT(vectors.size(), 25U);
  start_trader();

  const auto says = [&](const Vector& vector) {
    hold(vector.when);
    return eventually([&] { return checks()[vector.check]["value"] == vector.value; });
  };
  for (const Vector& vector : vectors) {
    // From another value, so that this one is not what it was before.
    const auto other = std::find_if(vectors.begin(), vectors.end(), [&](const Vector& each) {
      return each.check == vector.check && each.value != vector.value;
    });
    ASSERT_NE(other, vectors.end()) << vector.check;
    EXPECT_TRUE(says(*other) && says(vector))
        << vector.check << " is not " << vector.value << ": " << sidecar->get("/health");
  }
}

// Breaks it: sidecar/aggregate/health.hpp: `if (value == -1) return Health::not_configured` -> `if
// (value == -1) return Health::healthy`
TEST_P(ChecklistR62, WhatNobodyTellsIsUnknownAndWhatATraderHasNoneOfIsNotConfigured) {
  using Words = std::map<std::string, std::string>;
  Words expected;
  for (const char* check :
       {"agent_health", "api_rate_limits", "database_locks", "disk_space", "exchange_connectivity",
        "neo4j_connectivity", "portfolio_health", "system_resources"})
    expected[check] = "unknown";
  EXPECT_TRUE(eventually([&] { return words() == expected; })) << sidecar->get("/health");

  healthy = {{"trader_status", "1"}};
  start_trader();

  for (const char* check : {"agent_health", "api_rate_limits", "database_locks",
                            "exchange_connectivity", "neo4j_connectivity"})
    expected[check] = "not_configured";
  EXPECT_TRUE(eventually([&] { return words() == expected; })) << sidecar->get("/health");
}

INSTANTIATE_TEST_SUITE_P(Graphwiz, ChecklistR62, ::testing::Values("graphwiz"));

}  // namespace
}  // namespace outrider::testing
