// SPDX-License-Identifier: Apache-2.0
#include "outputs/status.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "outputs/process_metrics.hpp"
#include "outputs/promtool.hpp"
#include "outputs/sample_status.hpp"
#include "outputs/status_metrics.hpp"

namespace outrider::outputs {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

TEST(WallText, IsUtcWithMilliseconds) {
  EXPECT_EQ(wall_text(1'795'225'380'123), "2026-11-21T01:43:00.123Z");
  EXPECT_EQ(wall_text(1), "1970-01-01T00:00:00.001Z");
  EXPECT_EQ(wall_text(0), "");
}

TEST(StatusJson, HoldsWhatTheStatusHolds) {
  const Json json = Json::parse(status_json(testing::sample_status()));

  EXPECT_EQ(json["version"], version());
  EXPECT_EQ(json["time"], "2026-11-21T01:43:00.123Z");
  EXPECT_EQ(json["healthy"], true);
  EXPECT_EQ(json["ready"], true);
  EXPECT_EQ(json["last_pass_age_seconds"], 0.25);
  EXPECT_EQ(json["samples"], Json::parse(R"({"recorded": 1000, "drained": 990, "spilled": 9,
                                             "lost": {"bad_id": 1, "quarantined_lane": 0}})"));
  EXPECT_EQ(json["producers"][0]["name"], "gateway-1");
  EXPECT_EQ(json["producers"][0]["state"], "live");
  EXPECT_EQ(json["gates"][0], Json::parse(R"({"producer": "gateway-1", "gate": "orders",
      "labels": {"venue": "binance"}, "state": "HALTED", "reason": "RejectStorm",
      "scope": "venue=binance", "since": "2026-11-21T01:42:59.000Z"})"));
  EXPECT_EQ(json["alerts"][0]["state"], "firing");
  EXPECT_EQ(json["alerts"][1]["since"], nullptr);
  EXPECT_EQ(json["trips"][0]["count"], 2);
}

TEST(StatusJson, SurvivesBytesThatAreNoUtf8AndNumbersThatAreNone) {
  Status status = testing::sample_status();
  status.gates[0].reason = "\xff\xfe";
  status.alerts[0].value = std::nan("");

  const Json json = Json::parse(status_json(status));

  EXPECT_EQ(json["gates"][0]["reason"], "\uFFFD\uFFFD");
  EXPECT_EQ(json["alerts"][0]["value"], nullptr);
}

TEST(StatusJson, SaysNothingOfAPassBeforeTheFirst) {
  const Json json = Json::parse(status_json({}));

  EXPECT_EQ(json["last_pass_age_seconds"], nullptr);
  EXPECT_EQ(json["healthy"], false);
}

TEST(StatusMetrics, AreGoodForPromtool) {
  EXPECT_EQ(testing::promtool_complaints(to_text(status_families(testing::sample_status()))), "");
  EXPECT_EQ(testing::promtool_complaints(to_text(status_families({}))), "");
}

TEST(StatusMetrics, ShowEachStateAsASeriesOfItsOwn) {
  const std::string text = to_text(status_families(testing::sample_status()));

  for (const char* line : {
           R"(outrider_producer_up{producer="gateway-1"} 1)",
           R"(outrider_producer_up{producer="gateway-2"} 0)",
           R"(outrider_producer_state{producer="gateway-1",state="live"} 1)",
           R"(outrider_producer_state{producer="gateway-1",state="dead"} 0)",
           R"(outrider_gate_state{producer="gateway-1",gate="orders",state="HALTED"} 1)",
           R"(outrider_gate_state{producer="gateway-1",gate="orders",state="TRADING"} 0)",
           R"(outrider_samples_recorded_total 1000)",
           R"(outrider_samples_lost_total{cause="bad_id"} 1)",
           R"(outrider_samples_lost_total{cause="quarantined_lane"} 0)",
           R"(outrider_rule_no_data{alert="FeedSilent"} 1)",
           R"(outrider_rule_no_data{alert="RejectStorm"} 0)",
           R"(outrider_trips_total{scope="venue=binance",rule="RejectStorm"} 2)",
           R"(outrider_last_pass_timestamp_seconds 1795225379.873)",
           R"(outrider_journal_writable 1)",
       }) {
    EXPECT_NE(text.find(std::string{line} + "\n"), std::string::npos) << line << "\n" << text;
  }
}

}  // namespace
}  // namespace outrider::outputs
