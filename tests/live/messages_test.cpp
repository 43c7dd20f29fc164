// SPDX-License-Identifier: Apache-2.0
// What listeners are told, as JSON.
#include "outputs/live/messages.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "live/sample_look.hpp"
#include "outputs/sample_status.hpp"

namespace outrider::outputs {
namespace {

using nlohmann::json;

json metrics_of(const aggregate::Snapshot& snapshot) {
  return json::parse(
      metrics_message(LiveIndex{snapshot.schema}, snapshot, testing::sample_status()));
}

TEST(LiveMessages, SayTypeTimeAndDataInOneLine) {
  const Status status = testing::sample_status();
  for (const std::string& text : {health_message(status), heartbeat_message(status),
                                  alert_message(status.alerts[0], status.now)}) {
    const json message = json::parse(text);
    EXPECT_EQ(message.at("timestamp"), "2026-11-21T01:43:00.123Z");
    EXPECT_TRUE(message.at("data").is_object());
    EXPECT_EQ(text.find('\n'), std::string::npos);
  }
  EXPECT_EQ(json::parse(health_message(status)).at("type"), "health");
  EXPECT_EQ(json::parse(heartbeat_message(status)).at("type"), "heartbeat");
  EXPECT_EQ(json::parse(alert_message(status.alerts[0], 1)).at("type"), "alert");
}

TEST(LiveMessages, OfMetricsHaveCountsByBucketAndQuantilesOfTheWindow) {
  const json message = metrics_of(testing::sample_snapshot());
  EXPECT_EQ(message.at("type"), "metrics");
  EXPECT_EQ(message.at("timestamp"), "2026-11-21T01:43:00.123Z");
  const json& latency = message.at("data").at("latencies").at(0);
  EXPECT_EQ(latency, json::parse(R"({
    "name": "order_send_seconds", "labels": {"venue": "SIM"},
    "edges": [0.001, 0.01], "cumulative": [3.0, 5.0, 6.0], "window": "10s",
    "quantiles": {"0.5": 0.002, "0.99": null}, "max": 0.5})"));
}

TEST(LiveMessages, OfMetricsHaveCountersAndWhatWasRecordedAndLost) {
  const json data = metrics_of(testing::sample_snapshot()).at("data");
  EXPECT_EQ(data.at("counters"), json::parse(R"([
    {"name": "orders_sent_total", "labels": {"venue": "SIM"}, "value": 42.0},
    {"name": "outrider_passes_total", "labels": {}, "value": 7.0}])"));
  EXPECT_EQ(data.at("left_out"), json::parse(R"({"latencies": 0, "counters": 0})"));
  EXPECT_EQ(data.at("samples").at("recorded"), 1000);
  EXPECT_EQ(data.at("samples").at("lost").at("bad_id"), 1);
}

TEST(LiveMessages, HaveNoWordForWhatIsNoNumber) {
  aggregate::Snapshot snapshot = testing::sample_snapshot();
  for (double& value : snapshot.values) value = std::nan("");
  const json data = metrics_of(snapshot).at("data");
  EXPECT_TRUE(data.at("counters").at(0).at("value").is_null());
  EXPECT_TRUE(data.at("latencies").at(0).at("max").is_null());
}

TEST(LiveMessages, OfHealthHaveAllThatStatusAndHealthPagesHave) {
  const json data = json::parse(health_message(testing::sample_status())).at("data");
  EXPECT_EQ(data.at("gates").at(0).at("state"), "HALTED");
  EXPECT_EQ(data.at("gates").at(0).at("reason"), "RejectStorm");
  EXPECT_EQ(data.at("producers").at(1).at("state"), "dead");
  EXPECT_EQ(data.at("status"), "healthy");
  EXPECT_TRUE(data.at("checks").is_array());
}

TEST(LiveMessages, SurviveNamesThatAreNoUtf8) {
  Status status = testing::sample_status();
  status.producers[0].name = "\xff\xfe";
  EXPECT_FALSE(json::parse(health_message(status)).at("data").at("producers").empty());
}

TEST(LiveIndex, KeepsTheTradersSeriesAndSaysHowManyItLeavesOut) {
  auto schema = std::make_shared<aggregate::Schema>();
  const auto counter = [](const char* name, std::size_t metrics) {
    return aggregate::Family{
        name, "", aggregate::FamilyKind::counter, {}, std::vector<aggregate::Metric>(metrics)};
  };
  schema->families = {counter("outrider_passes_total", 1),
                      counter("orders_total", LiveIndex::most_counters + 5)};
  const LiveIndex index{schema};
  ASSERT_EQ(index.counters.size(), LiveIndex::most_counters);
  for (const LiveCounter& each : index.counters) EXPECT_EQ(each.family->name, "orders_total");
  EXPECT_EQ(index.counters_left_out, 6U);
}

TEST(LiveIndex, HasNoFamilyThatThePageDoesNotShow) {
  auto schema = std::make_shared<aggregate::Schema>(*testing::sample_snapshot().schema);
  for (aggregate::Family& family : schema->families) family.is_shown = false;
  const LiveIndex index{schema};
  EXPECT_TRUE(index.counters.empty());
  EXPECT_TRUE(index.latencies.empty());
}

}  // namespace
}  // namespace outrider::outputs
