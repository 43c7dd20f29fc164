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

std::string_view name_of(const Message& message) {
  return promql::label_value(message.alert.labels, "alertname");
}

}  // namespace

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
  const bool is_webhook = config.kind == config::ReceiverKind::webhook;
  std::erase_if(due, [&](const Message& each) {
    return is_webhook && (each.ends != first.ends || name_of(each) != name_of(first));
  });
  std::size_t most = is_webhook ? most_for_a_webhook : most_for_alertmanager;
  if (singles > 0) most = 1;
  if (due.size() > most) due.resize(most);
  return due;
}

std::string Receiver::payload_of(const std::vector<Message>& batch,
                                 const std::string& generator_url, nanoseconds wall) const {
  const PayloadFacts facts{recipient.name, generator_url, wall + missed_repeats * recipient.resend};
  return config.kind == config::ReceiverKind::webhook ? webhook_payload(batch, facts)
                                                      : alertmanager_payload(batch, facts);
}

}  // namespace outrider::alerts
