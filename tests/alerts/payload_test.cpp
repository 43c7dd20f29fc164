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

}  // namespace
}  // namespace outrider::alerts
