// SPDX-License-Identifier: Apache-2.0
// One word for all there is to know, and the changes of it.
#include "outputs/health.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace outrider::outputs {
namespace {

using namespace std::chrono_literals;
using aggregate::Health;

Status well() {
  Status status;
  status.now = 1'795'225'380'123;
  status.last_pass_age = 1ms;
  return status;
}

CheckStatus check(const std::string& name, Health health) {
  return {.check = name, .health = health};
}

TEST(OverallHealth, IsTheWorstOfAllThatCount) {
  Status status = well();
  EXPECT_EQ(overall_health(status), Health::healthy);
  status.checks = {check("locks", Health::not_configured)};
  EXPECT_EQ(overall_health(status), Health::healthy);
  status.probes = {{"venue", Health::stale, 12s}};
  EXPECT_EQ(overall_health(status), Health::stale);
  status.checks.push_back(check("limits", Health::unknown));
  status.checks.push_back(check("disk", Health::degraded));
  EXPECT_EQ(overall_health(status), Health::unknown);
  status.not_ready = {"the rules are not loaded"};
  EXPECT_EQ(overall_health(status), Health::unhealthy);
  status.last_pass_age = 2s;
  EXPECT_EQ(overall_health(status), Health::critical);
}

TEST(OverallHealth, LetsWorkGoOnUpToStale) {
  for (const Health good :
       {Health::not_configured, Health::healthy, Health::degraded, Health::stale})
    EXPECT_TRUE(is_good_enough(good)) << to_string(good);
  for (const Health bad :
       {Health::unknown, Health::unhealthy, Health::unreachable, Health::critical})
    EXPECT_FALSE(is_good_enough(bad)) << to_string(bad);
}

TEST(CheckHealth, IsTheNumberThatIsRecordedAndUnknownForAnyOther) {
  EXPECT_EQ(aggregate::health_of(-1), Health::not_configured);
  EXPECT_EQ(aggregate::health_of(0), Health::healthy);
  EXPECT_EQ(aggregate::health_of(1), Health::degraded);
  EXPECT_EQ(aggregate::health_of(2), Health::unhealthy);
  EXPECT_EQ(aggregate::health_of(3), Health::critical);
  for (const double other : {0.5, 4.0, -2.0, std::nan(""), HUGE_VAL})
    EXPECT_EQ(aggregate::health_of(other), Health::unknown) << other;
}

TEST(HealthJson, HasEachCheckAndEachProbe) {
  Status status = well();
  status.checks = {{"limits", {{"exchange", "binance"}}, Health::critical, 3.0, 250ms},
                   check("disk", Health::unknown)};
  status.probes = {{"venue", Health::stale, 12s}, {"mcp", Health::not_configured, {}}};

  const auto json = nlohmann::json::parse(health_json(status));

  EXPECT_EQ(json["status"], "critical");
  EXPECT_EQ(json["healthy"], true);
  EXPECT_EQ(json["ready"], true);
  EXPECT_EQ(json["checks"], nlohmann::json::parse(R"([
      {"check": "limits", "labels": {"exchange": "binance"}, "status": "critical", "value": 3.0,
       "age_seconds": 0.25},
      {"check": "disk", "labels": {}, "status": "unknown", "value": null, "age_seconds": null}])"));
  EXPECT_EQ(json["probes"], nlohmann::json::parse(R"([
      {"probe": "venue", "status": "stale", "last_good_age_seconds": 12.0},
      {"probe": "mcp", "status": "not_configured", "last_good_age_seconds": null}])"));
}

TEST(HealthHistory, TellsEachChangeOnceAndTheNewestFirst) {
  HealthHistory history;
  Status status = well();
  status.checks = {check("limits", Health::healthy)};
  history.look(status);
  history.look(status);
  ASSERT_EQ(history.changes().size(), 2U) << "the check and all of it, from unknown";
  status.checks = {check("limits", Health::critical)};
  status.now += 1000;
  history.look(status);

  const auto json = nlohmann::json::parse(history_json(history))["changes"];
  ASSERT_EQ(json.size(), 4U);
  EXPECT_EQ(json[0], nlohmann::json::parse(
                         R"({"time": "2026-11-21T01:43:01.123Z", "what": "overall", "name": "",
                             "labels": {}, "from": "healthy", "to": "critical"})"));
  EXPECT_EQ(json[1]["name"], "limits");
  EXPECT_EQ(json[1]["to"], "critical");
  EXPECT_EQ(json[3]["from"], "unknown");
}

TEST(HealthHistory, ForgetsWhatIsThereNoMore) {
  HealthHistory history;
  Status status = well();
  history.look(status);
  status.checks = {check("limits", Health::healthy)};
  history.look(status);
  status.checks.clear();
  history.look(status);
  status.checks = {check("limits", Health::healthy)};
  history.look(status);

  EXPECT_EQ(history.changes().size(), 3U);
  EXPECT_EQ(history.changes().front().from, Health::unknown);
}

// Breaks it: sidecar/outputs/health.cpp: `changes_.size() > most_changes` -> `changes_.size() > 900
// * most_changes`
TEST(ChecklistR67, HealthIsRememberedInAThousandChangesHoweverManyThereWere) {
  HealthHistory history;
  Status status = well();
  const auto turn = [&](int times) {
    for (int i = 0; i < times; ++i) {
      status.checks = {check("limits", i % 2 == 0 ? Health::critical : Health::healthy)};
      ++status.now;
      history.look(status);  // the check and all of it: two results
    }
    return ::mallinfo2().uordblks;
  };
  const std::size_t bytes_before = turn(10'000);

  const std::size_t bytes_after = turn(500'000);

  EXPECT_EQ(history.changes().size(), 1000U);
  EXPECT_EQ(history.changes().front().time, status.now);
  EXPECT_LT(bytes_after, bytes_before + 64 * 1024);
}

}  // namespace
}  // namespace outrider::outputs
