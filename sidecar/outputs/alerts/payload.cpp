// SPDX-License-Identifier: Apache-2.0
#include "outputs/alerts/payload.hpp"

#include <algorithm>

#include "outputs/alerts/json_text.hpp"
#include "outputs/status.hpp"

namespace outrider::alerts {

namespace {

std::string time_text(nanoseconds wall) {
  return outputs::wall_text(wall / std::chrono::milliseconds{1});
}

/// Those that all have with the same value.
aggregate::Labels common(std::span<const Message> messages, aggregate::Labels Alert::*part) {
  aggregate::Labels shared = messages.front().alert.*part;
  for (const Message& message : messages) {
    std::erase_if(shared, [&](const auto& each) {
      return promql::label_value(message.alert.*part, each.first) != each.second;
    });
  }
  return shared;
}

nanoseconds end_of(const Message& message, const PayloadFacts& facts) {
  if (message.alert.is_event) return facts.shown_until;
  return message.ends ? message.alert.ends_at : facts.valid_until;
}

const char* status_of(const Message& message) {
  return message.ends ? "resolved" : "firing";
}

/// What traders make up must not keep a program from being started.
std::string as_variable(std::string_view value) {
  constexpr std::size_t most = 4096;
  return std::string{value.substr(0, std::min(value.find('\0'), most))};
}

}  // namespace

std::string alertmanager_payload(std::span<const Message> messages, const PayloadFacts& facts) {
  Json list = Json::array();
  for (const Message& message : messages) {
    const Alert& alert = message.alert;
    list.push_back({{"labels", labels_json(alert.labels)},
                    {"annotations", labels_json(alert.annotations)},
                    {"startsAt", time_text(alert.starts_at)},
                    {"endsAt", time_text(end_of(message, facts))},
                    {"generatorURL", facts.generator_url}});
  }
  return dumped(list);
}

std::string webhook_payload(std::span<const Message> messages, const PayloadFacts& facts) {
  const std::string name{promql::label_value(messages.front().alert.labels, "alertname")};
  const char* status = status_of(messages.front());
  Json list = Json::array();
  for (const Message& message : messages) {
    const Alert& alert = message.alert;
    list.push_back({{"status", status},
                    {"labels", labels_json(alert.labels)},
                    {"annotations", labels_json(alert.annotations)},
                    {"startsAt", time_text(alert.starts_at)},
                    {"endsAt", message.ends ? time_text(alert.ends_at) : "0001-01-01T00:00:00Z"},
                    {"generatorURL", facts.generator_url},
                    {"fingerprint", fingerprint(alert.labels)}});
  }
  return dumped(
      {{"version", "4"},
       {"groupKey",
        "{}:{alertname=" + Json(name).dump(-1, ' ', false, Json::error_handler_t::replace) + "}"},
       {"truncatedAlerts", 0},
       {"status", status},
       {"receiver", facts.receiver},
       {"groupLabels", {{"alertname", name}}},
       {"commonLabels", labels_json(common(messages, &Alert::labels))},
       {"commonAnnotations", labels_json(common(messages, &Alert::annotations))},
       {"externalURL", facts.generator_url},
       {"alerts", list}});
}

std::map<std::string, std::string> essentials(std::span<const Message> messages,
                                              const std::string& receiver) {
  std::map<std::string, std::string> variables{
      {"OUTRIDER_RECEIVER", receiver},
      {"OUTRIDER_STATUS", status_of(messages.front())},
      {"OUTRIDER_ALERTS", std::to_string(messages.size())}};
  const aggregate::Labels labels = common(messages, &Alert::labels);
  for (const auto& [name, value] : labels) variables["OUTRIDER_LABEL_" + name] = as_variable(value);
  const auto say = [&](const char* variable, std::string_view value) {
    variables[variable] = as_variable(value);
  };
  say("OUTRIDER_ALERTNAME", promql::label_value(labels, "alertname"));
  say("OUTRIDER_SEVERITY", promql::label_value(labels, "severity"));
  say("OUTRIDER_SUMMARY", promql::label_value(common(messages, &Alert::annotations), "summary"));
  return variables;
}

}  // namespace outrider::alerts
