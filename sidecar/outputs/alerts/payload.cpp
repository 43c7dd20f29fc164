// SPDX-License-Identifier: Apache-2.0
#include "outputs/alerts/payload.hpp"

#include <nlohmann/json.hpp>

#include "outputs/status.hpp"

namespace outrider::alerts {

namespace {

using Json = nlohmann::ordered_json;

/// Names come from other processes: bytes that are no UTF-8 are replaced, not thrown at.
std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json object(const aggregate::Labels& labels) {
  Json json = Json::object();
  for (const auto& [name, value] : labels) json[name] = value;
  return json;
}

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

}  // namespace

std::string alertmanager_payload(std::span<const Message> messages, const PayloadFacts& facts) {
  Json list = Json::array();
  for (const Message& message : messages) {
    const Alert& alert = message.alert;
    list.push_back({{"labels", object(alert.labels)},
                    {"annotations", object(alert.annotations)},
                    {"startsAt", time_text(alert.starts_at)},
                    {"endsAt", time_text(message.ends ? alert.ends_at : facts.valid_until)},
                    {"generatorURL", facts.generator_url}});
  }
  return dumped(list);
}

std::string webhook_payload(std::span<const Message> messages, const PayloadFacts& facts) {
  const std::string name{promql::label_value(messages.front().alert.labels, "alertname")};
  const char* status = messages.front().ends ? "resolved" : "firing";
  Json list = Json::array();
  for (const Message& message : messages) {
    const Alert& alert = message.alert;
    list.push_back({{"status", status},
                    {"labels", object(alert.labels)},
                    {"annotations", object(alert.annotations)},
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
       {"commonLabels", object(common(messages, &Alert::labels))},
       {"commonAnnotations", object(common(messages, &Alert::annotations))},
       {"externalURL", facts.generator_url},
       {"alerts", list}});
}

}  // namespace outrider::alerts
