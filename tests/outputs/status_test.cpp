// SPDX-License-Identifier: Apache-2.0
#include "outputs/status.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "outputs/process_metrics.hpp"
#include "outputs/promtool.hpp"
#include "outputs/sample_status.hpp"

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
  EXPECT_EQ(json["rule_evaluations"], 500);
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

}  // namespace
}  // namespace outrider::outputs
