// SPDX-License-Identifier: Apache-2.0
// `alerting:` as operators write it.
#include <gtest/gtest.h>

#include "config/load.hpp"

namespace outrider::config {
namespace {

using namespace std::chrono_literals;

AlertingConfig good(const std::string& text) {
  const Loaded loaded = load_text(text, "/etc/outrider/sidecar.yml");
  for (const Problem& problem : loaded.problems) ADD_FAILURE() << to_text(problem);
  return loaded.config.alerting;
}

std::string problem_of(const std::string& text) {
  const Loaded loaded = load_text(text, "f.yml");
  return loaded.problems.empty() ? "none" : to_text(loaded.problems.front());
}

TEST(AlertingConfiguration, ReadsReceiversWithTheirSecretsInFiles) {
  const AlertingConfig alerting = good(R"(
alerting:
  alertmanagers:
    - {url: "http://127.0.0.1:9093", timeout: 2s, bearer_token_file: token}
    - url: https://am.example.org/prefix
      basic_auth: {username: outrider, password_file: /run/password}
      tls_config: {ca_file: ca.pem}
  webhooks:
    - {name: desk, url_file: desk_url}
)");
  ASSERT_EQ(alerting.receivers.size(), 3U);
  EXPECT_EQ(alerting.receivers[0].name, "127.0.0.1:9093");
  EXPECT_EQ(alerting.receivers[0].timeout, 2s);
  EXPECT_EQ(alerting.receivers[0].bearer_token_file, "/etc/outrider/token");
  EXPECT_EQ(alerting.receivers[1].name, "am.example.org");
  EXPECT_EQ(alerting.receivers[1].username, "outrider");
  EXPECT_EQ(alerting.receivers[1].password_file, "/run/password");
  EXPECT_EQ(alerting.receivers[1].ca_file, "/etc/outrider/ca.pem");
  EXPECT_EQ(alerting.receivers[2].kind, ReceiverKind::webhook);
  EXPECT_EQ(alerting.receivers[2].url_file, "/etc/outrider/desk_url");
}

TEST(AlertingConfiguration, ReadsProgramsAndWhatTheyHearOf) {
  const AlertingConfig alerting = good(R"(
alerting:
  webhooks: [{url: "http://a", matchers: [severity=~"critical|emergency"]}]
  hooks:
    - {name: fills, exec: [bin/on-fill, --fast], timeout: 2s, environment: {A: b}}
    - {name: rest, exec: /bin/true, matchers: ['alertname = Filled']}
    - {name: quoted, exec: /bin/true, matchers: ['a !~ "b\"c\\.d"']}
)");
  ASSERT_EQ(alerting.receivers.size(), 4U);
  using Kind = MatcherConfig::Kind;
  EXPECT_EQ(alerting.receivers[0].matchers.front(),
            (MatcherConfig{"severity", Kind::matches, "critical|emergency"}));
  const ReceiverConfig& fills = alerting.receivers[1];
  EXPECT_EQ(fills.kind, ReceiverKind::exec);
  EXPECT_EQ(fills.command, (std::vector<std::string>{"/etc/outrider/bin/on-fill", "--fast"}));
  EXPECT_EQ(fills.timeout, 2s);
  EXPECT_EQ(fills.environment.at("A"), "b");
  EXPECT_TRUE(fills.matchers.empty());
  EXPECT_EQ(alerting.receivers[2].matchers.front(),
            (MatcherConfig{"alertname", Kind::equal, "Filled"}));
  EXPECT_EQ(alerting.receivers[3].matchers.front(),
            (MatcherConfig{"a", Kind::matches_not, "b\"c\\.d"}));
}

TEST(AlertingConfiguration, ReadsSummaries) {
  const AlertingConfig alerting = good(R"(
alerting:
  summaries:
    - name: daily
      at: "23:00"
      fields:
        PnL: pnl_usd
        Win rate: {expr: "wins / trades", text: "{{ $value | humanizePercentage }}"}
    - {name: weekly, at: "23:59", days: [fri, sun], fields: {PnL: pnl_usd}}
)");
  ASSERT_EQ(alerting.summaries.size(), 2U);
  const SummaryConfig& daily = alerting.summaries.front();
  EXPECT_EQ(daily.due, (DueTime{23h, every_day}));
  ASSERT_EQ(daily.fields.size(), 2U);
  EXPECT_EQ(daily.fields[0].name, "PnL");
  EXPECT_EQ(daily.fields[0].expr, "pnl_usd");
  EXPECT_EQ(daily.fields[0].place.line, 7);
  EXPECT_EQ(daily.fields[1].text, "{{ $value | humanizePercentage }}");
  EXPECT_EQ(alerting.summaries.back().due,
            (DueTime{23h + 59min, {true, false, false, false, false, true, false}}));
}

TEST(AlertingConfiguration, GivesEachReceiverANameOfItsOwn) {
  const AlertingConfig alerting = good(
      "alerting: {webhooks: [{url: 'http://a/1'}, {url: 'http://a/2'}, {name: log, url_file: u}]}");
  EXPECT_EQ(alerting.receivers[0].name, "a");
  EXPECT_EQ(alerting.receivers[1].name, "a#2");
  EXPECT_EQ(alerting.receivers[2].name, "log#2") << "the log is a receiver too";
}

TEST(AlertingConfiguration, ReadsLabelsSeveritiesAndCooldowns) {
  const AlertingConfig alerting = good(R"(
alerting:
  external_labels: {env: prod}
  severities: {sev1: emergency}
  cooldowns: {critical: 30s, RejectStorm: 0s}
  resend_interval: 10s
alerting.rate_limit: 5
)");
  EXPECT_EQ(alerting.external_labels.front().second, "prod");
  EXPECT_EQ(alerting.severities.at("sev1"), "emergency");
  EXPECT_EQ(alerting.severities.at("page"), "critical") << "beside those that are known";
  EXPECT_EQ(alerting.cooldowns.at("critical"), 30s);
  EXPECT_EQ(alerting.cooldowns.at("RejectStorm"), 0s);
  EXPECT_EQ(alerting.resend_interval, 10s);
  EXPECT_EQ(alerting.rate_limit, 5U);
}

TEST(AlertingConfiguration, RefusesWhatIsNoReceiver) {
  const auto webhook = [](const std::string& entry) {
    return problem_of("alerting: {webhooks: [" + entry + "]}");
  };
  EXPECT_EQ(webhook("{}"),
            "f.yml:1:23: alerting.webhooks[0]: found no url; needed url or url_file");
  EXPECT_EQ(webhook("{url: 'ftp://secret'}"),
            "f.yml:1:29: alerting.webhooks[0].url: found another URL; needed http:// or https://");
  EXPECT_EQ(webhook("{url: 'http://u:secret@h'}"),
            "f.yml:1:29: alerting.webhooks[0].url: found another URL; needed no user or password "
            "in it; use basic_auth with a password_file");
  EXPECT_EQ(webhook("{url: 'http://h', timeout: 1h}"),
            "f.yml:1:50: alerting.webhooks[0].timeout: found \"1h\"; needed a duration from 100ms "
            "to 1m");
  EXPECT_EQ(webhook("{url: 'http://h', url_file: f}"),
            "f.yml:1:23: alerting.webhooks[0]: found url and url_file; needed one of them");
}

TEST(AlertingConfiguration, RefusesASecretWithoutRepeatingIt) {
  const std::string said =
      problem_of("alerting: {webhooks: [{url: 'http://h', bearer_token: hunter2}]}");
  EXPECT_EQ(said.find("hunter2"), std::string::npos) << said;
  EXPECT_NE(said.find("needed bearer_token_file: secrets come from files"), std::string::npos)
      << said;
}

TEST(AlertingConfiguration, RefusesAWordForSeverityThatNobodyKnows) {
  EXPECT_EQ(problem_of("alerting: {severities: {sev1: loud}}"),
            "f.yml:1:31: alerting.severities.sev1: found \"loud\"; needed info, warning, critical "
            "or emergency");
  EXPECT_EQ(problem_of("alerting: {resend_interval: 1ms}"),
            "f.yml:1:29: alerting.resend_interval: found \"1ms\"; needed a duration from 1s to 5m");
}

}  // namespace
}  // namespace outrider::config
