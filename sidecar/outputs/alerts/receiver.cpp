// SPDX-License-Identifier: Apache-2.0
#include "outputs/alerts/receiver.hpp"

#include <algorithm>

#include "outputs/alerts/payload.hpp"

namespace outrider::alerts {

namespace {

constexpr std::size_t most_for_alertmanager = 256;
constexpr std::size_t most_for_a_webhook = 64;
/// What fires counts as over when so many repeats did not come.
constexpr int missed_repeats = 4;
/// Above the group_interval that Alertmanagers have (5 m unless it is said).
constexpr std::chrono::minutes event_shown_for{15};

std::string_view name_of(const Message& message) {
  return promql::label_value(message.alert.labels, "alertname");
}

constexpr promql::MatchKind kind_of(config::MatcherConfig::Kind kind) {
  using Kind = config::MatcherConfig::Kind;
  switch (kind) {
    case Kind::equal:
      return promql::MatchKind::equal;
    case Kind::not_equal:
      return promql::MatchKind::not_equal;
    case Kind::matches:
      return promql::MatchKind::matches;
    case Kind::matches_not:
      break;
  }
  return promql::MatchKind::matches_not;
}

std::vector<promql::LabelMatcher> matchers_of(const config::ReceiverConfig& from) {
  std::vector<promql::LabelMatcher> matchers;
  for (const config::MatcherConfig& each : from.matchers) {
    std::string unused;  // they were parsed when the configuration was read
    if (auto matcher =
            promql::LabelMatcher::create(kind_of(each.kind), each.label, each.value, unused))
      matchers.push_back(*std::move(matcher));
  }
  return matchers;
}

}  // namespace

Recipient Receiver::recipient_of(const config::ReceiverConfig& from,
                                 const config::AlertingConfig& alerting) {
  const bool groups = from.kind == config::ReceiverKind::alertmanager;
  return {from.name, groups ? alerting.resend_interval : nanoseconds{0}, !groups,
          matchers_of(from)};
}

std::vector<Message> Receiver::next_batch(std::vector<Message> due, nanoseconds now,
                                          RateLimit& everybody) {
  if (due.empty()) return {};
  const Message first = due.front();
  const bool kill = is_kill(first.alert);
  if (!pace.admits(kill, now)) return {};
  const bool has_room = rate.has_room(now) && everybody.has_room(now);
  if (!kill && !has_room) return {};
  rate.take();
  everybody.take();
  const bool takes_one_kind = config.kind != config::ReceiverKind::alertmanager;
  std::erase_if(due, [&](const Message& each) {
    return takes_one_kind && (each.ends != first.ends || name_of(each) != name_of(first));
  });
  std::size_t most = takes_one_kind ? most_for_a_webhook : most_for_alertmanager;
  if (singles > 0) most = 1;
  if (due.size() > most) due.resize(most);
  return due;
}

std::string Receiver::payload_of(const std::vector<Message>& batch,
                                 const std::string& generator_url, nanoseconds wall) const {
  const PayloadFacts facts{recipient.name, generator_url, wall + missed_repeats * recipient.resend,
                           wall + event_shown_for};
  return config.kind == config::ReceiverKind::alertmanager ? alertmanager_payload(batch, facts)
                                                           : webhook_payload(batch, facts);
}

std::map<std::string, std::string> Receiver::environment_of(
    const std::vector<Message>& batch) const {
  std::map<std::string, std::string> environment = essentials(batch, recipient.name);
  environment.insert(config.environment.begin(), config.environment.end());
  return environment;
}

}  // namespace outrider::alerts
