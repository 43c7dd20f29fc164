// SPDX-License-Identifier: Apache-2.0
// Bodies as receivers read them, compared as whole texts.
#include "outputs/alerts/payload.hpp"

#include <gtest/gtest.h>

#include "alerts/sample.hpp"

namespace outrider::alerts {
namespace {

const PayloadFacts facts{"hook", "http://desk-1:9717/", eight_o_clock + 2min};

Message message_of(const Alert& alert, bool ends = false) {
  Message message{identity_of(alert.labels), alert, 1, 1, ends, false};
  if (ends) message.alert.ends_at = eight_o_clock + 1500ms;
  return message;
}

TEST(AlertPayload, IsWhatAlertmanagersApiTakes) {
  const std::vector messages{message_of(sample("Slow")), message_of(sample("Gone"), true)};
  EXPECT_EQ(alertmanager_payload(messages, facts),
            R"([{"labels":{"alertname":"Slow","severity":"critical","venue":"binance"},)"
            R"("annotations":{"summary":"Slow of binance"},"startsAt":"2026-11-21T08:00:00.000Z",)"
            R"("endsAt":"2026-11-21T08:02:00.000Z","generatorURL":"http://desk-1:9717/"},)"
            R"({"labels":{"alertname":"Gone","severity":"critical","venue":"binance"},)"
            R"("annotations":{"summary":"Gone of binance"},"startsAt":"2026-11-21T08:00:00.000Z",)"
            R"("endsAt":"2026-11-21T08:00:01.500Z","generatorURL":"http://desk-1:9717/"}])");
}

TEST(AlertPayload, IsWhatAlertmanagersOwnWebhookSends) {
  EXPECT_EQ(
      webhook_payload(std::vector{message_of(sample("Slow"))}, facts),
      R"({"version":"4","groupKey":"{}:{alertname=\"Slow\"}","truncatedAlerts":0,)"
      R"("status":"firing","receiver":"hook","groupLabels":{"alertname":"Slow"},)"
      R"("commonLabels":{"alertname":"Slow","severity":"critical","venue":"binance"},)"
      R"("commonAnnotations":{"summary":"Slow of binance"},"externalURL":"http://desk-1:9717/",)"
      R"("alerts":[{"status":"firing",)"
      R"("labels":{"alertname":"Slow","severity":"critical","venue":"binance"},)"
      R"("annotations":{"summary":"Slow of binance"},"startsAt":"2026-11-21T08:00:00.000Z",)"
      R"("endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://desk-1:9717/",)"
      R"("fingerprint":"65117b852544ab8a"}]})");
}

TEST(AlertPayload, SharesOnlyWhatAllAlertsOfAMessageHave) {
  Alert other = sample("Slow");
  other.labels.back().second = "kraken";
  const std::vector messages{message_of(sample("Slow"), true), message_of(other, true)};
  const std::string body = webhook_payload(messages, facts);
  EXPECT_NE(body.find(R"("commonLabels":{"alertname":"Slow","severity":"critical"})"),
            std::string::npos)
      << body;
  EXPECT_NE(body.find(R"("status":"resolved","receiver")"), std::string::npos) << body;
}

TEST(AlertPayload, ReplacesBytesThatAreNoText) {
  Alert alert = sample("Slow");
  alert.annotations.front().second = "\xff\n\"";
  EXPECT_NE(
      alertmanager_payload(std::vector{message_of(alert)}, facts).find(R"("summary":"�\n\"")"),
      std::string::npos);
}

TEST(AlertPayload, OfWhatOnlyHappensEndsByItselfAfterItsGroupWasTold) {
  PayloadFacts later = facts;
  later.shown_until = eight_o_clock + 15min;
  Message message = message_of(sample("Summary"));
  message.alert.is_event = true;
  const std::string body = alertmanager_payload(std::vector{message}, later);
  EXPECT_NE(body.find(R"("endsAt":"2026-11-21T08:15:00.000Z")"), std::string::npos) << body;
  const std::string hook = webhook_payload(std::vector{message}, later);
  EXPECT_NE(hook.find(R"("status":"firing")"), std::string::npos) << hook;
  EXPECT_NE(hook.find(R"("endsAt":"0001-01-01T00:00:00Z")"), std::string::npos) << hook;
}

TEST(AlertPayload, IsShortAsVariablesOfWhatAllHaveInCommon) {
  Alert other = sample("Slow");
  other.labels.back().second = std::string{"kraken\0cut", 10};
  other.annotations = {{"summary", "of another"}};
  const auto of_one = essentials(std::vector{message_of(other, true)}, "hook");
  EXPECT_EQ(of_one.at("OUTRIDER_LABEL_venue"), "kraken");
  EXPECT_EQ(of_one.at("OUTRIDER_SUMMARY"), "of another");
  EXPECT_EQ(of_one.at("OUTRIDER_STATUS"), "resolved");

  const auto of_two =
      essentials(std::vector{message_of(sample("Slow")), message_of(other)}, "hook");
  EXPECT_EQ(of_two, (std::map<std::string, std::string>{{"OUTRIDER_ALERTNAME", "Slow"},
                                                        {"OUTRIDER_ALERTS", "2"},
                                                        {"OUTRIDER_LABEL_alertname", "Slow"},
                                                        {"OUTRIDER_LABEL_severity", "critical"},
                                                        {"OUTRIDER_RECEIVER", "hook"},
                                                        {"OUTRIDER_SEVERITY", "critical"},
                                                        {"OUTRIDER_STATUS", "firing"},
                                                        {"OUTRIDER_SUMMARY", ""}}));
}

}  // namespace
}  // namespace outrider::alerts
