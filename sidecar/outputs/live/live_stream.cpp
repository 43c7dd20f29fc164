// SPDX-License-Identifier: Apache-2.0
#include "outputs/live/live_stream.hpp"

#include "aggregate/health.hpp"
#include "outputs/live/messages.hpp"

namespace outrider::outputs {
namespace {

/// Where nothing changes, health and heartbeat are told once a second.
constexpr std::size_t ticks_of_a_second = 10;

Message shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

bool is_active(const std::string& state) {
  return state == "pending" || state == "firing";
}

/// All that an operator must see at once when it changes.
std::string news_of(const Status& status) {
  std::string news;
  const auto add = [&news](const std::string& text) { news += text + '\n'; };
  for (const GateStatus& gate : status.gates)
    add(gate.producer + '/' + gate.gate + gate.state + gate.reason + gate.scope);
  for (const ProducerStatus& producer : status.producers)
    add(producer.name + producer.state + std::to_string(producer.generation));
  for (const AlertStatus& alert : status.alerts) add(alert.name + alert.state);
  for (const CheckStatus& check : status.checks)
    add(check.check + std::string{to_string(check.health)});
  for (const ProbeStatus& probe : status.probes)
    add(probe.probe + std::string{to_string(probe.health)});
  for (const std::string& reason : status.not_ready) add(reason);
  return news;
}

}  // namespace

void LiveStream::add_metrics(const Look& look, std::vector<Message>& messages) {
  if (look.snapshot == nullptr) return;
  if (index_ == nullptr || index_->schema != look.snapshot->schema)
    index_ = std::make_unique<LiveIndex>(look.snapshot->schema);
  messages.push_back(shared(metrics_message(*index_, *look.snapshot, look.status)));
}

/// All that holds; what it counts comes with what all are told.
std::vector<Message> LiveStream::greeting(const Status& status) {
  std::vector<Message> messages{shared(health_message(status))};
  for (const AlertStatus& alert : status.alerts) {
    if (is_active(alert.state)) messages.push_back(shared(alert_message(alert, status.now)));
  }
  return messages;
}

/// One that is gone is told as inactive.
void LiveStream::add_changed_alerts(const Status& status, std::vector<Message>& messages) {
  AlertStates before = alerts_.value_or(AlertStates{});
  AlertStates now;
  for (const AlertStatus& alert : status.alerts) {
    const auto key = std::pair{alert.name, alert.labels};
    const auto known = before.extract(key);
    if (alerts_ && (known ? known.mapped() != alert.state : is_active(alert.state)))
      messages.push_back(shared(alert_message(alert, status.now)));
    now[key] = alert.state;
  }
  for (const auto& [key, state] : before) {
    if (!is_active(state)) continue;
    const AlertStatus gone{.name = key.first, .labels = key.second, .state = "inactive"};
    messages.push_back(shared(alert_message(gone, status.now)));
  }
  alerts_ = std::move(now);
}

Stream::Telling LiveStream::tell(bool somebody_is_new) {
  const Look look = ends_.look();
  Telling telling;
  if (somebody_is_new) telling.to_new = greeting(look.status);
  add_metrics(look, telling.to_all);  // first: it is as old as the pass, the others are of now
  add_changed_alerts(look.status, telling.to_all);
  const bool is_second = ticks_++ % ticks_of_a_second == 0;
  std::string news = news_of(look.status);
  if (is_second || news != news_) telling.to_all.push_back(shared(health_message(look.status)));
  news_ = std::move(news);
  if (is_second) telling.to_all.push_back(shared(heartbeat_message(look.status)));
  return telling;
}

void LiveStream::listened_by(std::size_t clients) {
  if (clients == 0) {
    alerts_.reset();
    index_.reset();
  }
  ends_.listened_by(clients);
}

}  // namespace outrider::outputs
