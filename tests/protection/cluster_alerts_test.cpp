// SPDX-License-Identifier: Apache-2.0
// What of an Alertmanager's webhook closes which scope.
#include "protection/cluster_alerts.hpp"

#include <gtest/gtest.h>

namespace outrider::protection {
namespace {

using config::ClusterAction;
using Policy = std::vector<config::ClusterAlertConfig>;

const Policy policy{
    {.alert = "ClusterLoss", .action = ClusterAction::kill},
    {.alert = "VenueDown", .scope = "venue", .duration = std::chrono::minutes{90}},
    {.alert = "Odd", .scope = "host"},
};

std::string alert(const std::string& status, const std::string& labels,
                  const std::string& annotations = "{}") {
  return R"({"status":")" + status + R"(","labels":)" + labels + R"(,"annotations":)" +
         annotations + "}";
}

std::string payload(const std::string& alerts) {
  return R"({"version":"4","externalURL":"http://am:9093","status":"firing","alerts":[)" + alerts +
         "]}";
}

TEST(ClusterAlerts, KillsWhatThePolicySaysWithTheSummaryAsItsReason) {
  const ClusterAlerts read = read_cluster_alerts(
      payload(alert("firing", R"({"alertname":"ClusterLoss"})", R"({"summary":"down 2 million"})")),
      policy);

  ASSERT_EQ(read.closings.size(), 1U);
  EXPECT_EQ(read.closings[0].action, ClusterAction::kill);
  EXPECT_EQ(read.closings[0].scope, "global");
  EXPECT_EQ(read.closings[0].reason, "alert ClusterLoss of http://am:9093: down 2 million");
  EXPECT_EQ(read.firing, 1U);
  EXPECT_EQ(read.problem, "");
}

TEST(ClusterAlerts, HaltsTheValueOfTheLabelForTheTimeGiven) {
  const ClusterAlerts read = read_cluster_alerts(
      payload(alert("firing", R"({"alertname":"VenueDown","venue":"binance"})")), policy);

  ASSERT_EQ(read.closings.size(), 1U);
  EXPECT_EQ(read.closings[0].action, ClusterAction::halt_new);
  EXPECT_EQ(read.closings[0].scope, "venue=binance");
  EXPECT_EQ(read.closings[0].duration, "1h30m");
}

TEST(ClusterAlerts, CloseEverythingWhenTheirLabelIsMissingOrNoScope) {
  for (const char* labels :
       {R"({"alertname":"VenueDown"})", R"({"alertname":"VenueDown","venue":""})",
        R"({"alertname":"VenueDown","venue":"a\nb"})", R"({"alertname":"VenueDown","venue":7})"}) {
    const ClusterAlerts read = read_cluster_alerts(payload(alert("firing", labels)), policy);
    ASSERT_EQ(read.closings.size(), 1U) << labels;
    EXPECT_EQ(read.closings[0].scope, "global") << labels;
  }
}

TEST(ClusterAlerts, OpenNothingWhenTheyAreResolved) {
  const ClusterAlerts read =
      read_cluster_alerts(payload(alert("resolved", R"({"alertname":"ClusterLoss"})")), policy);

  EXPECT_TRUE(read.closings.empty());
  EXPECT_EQ(read.firing, 0U);
}

TEST(ClusterAlerts, CloseAScopeOnceHoweverManyAskForIt) {
  const std::string one = alert("firing", R"({"alertname":"Odd","instance":"a"})");
  const std::string other = alert("firing", R"({"alertname":"Odd","instance":"b"})");

  const ClusterAlerts read = read_cluster_alerts(payload(one + "," + other), policy);

  EXPECT_EQ(read.closings.size(), 1U);
  EXPECT_EQ(read.firing, 2U);
}

TEST(ClusterAlerts, AreNamedWhenThePolicyDoesNotHaveThem) {
  const ClusterAlerts read = read_cluster_alerts(
      payload(alert("firing", R"({"alertname":"Stranger"})") + "," + alert("firing", "[]")),
      policy);

  EXPECT_TRUE(read.closings.empty());
  EXPECT_EQ(read.unknown, (std::vector<std::string>{"Stranger", ""}));
}

TEST(ClusterAlerts, AreRefusedWhenTheyAreNoSuchPayload) {
  for (const char* body : {"", "{", "[]", "7", "{}", R"({"alerts":{}})", R"({"alerts":null})"}) {
    EXPECT_NE(read_cluster_alerts(body, policy).problem, "") << body;
  }
  for (const char* alerts : {"7", "null", "[]", R"({"status":"firing","labels":7})"}) {
    EXPECT_TRUE(read_cluster_alerts(payload(alerts), policy).closings.empty()) << alerts;
  }
}

}  // namespace
}  // namespace outrider::protection
