// SPDX-License-Identifier: Apache-2.0
#include "outputs/status.hpp"

#include <time.h>

#include <array>
#include <cstdio>

#include "outputs/json.hpp"
#include "outputs/process_metrics.hpp"

namespace outrider::outputs {

namespace {

Json to_json(const ProducerStatus& producer) {
  return {{"name", producer.name},         {"state", producer.state},
          {"pid", producer.pid},           {"generation", producer.generation},
          {"lanes", producer.lanes},       {"series", producer.series},
          {"recorded", producer.recorded}, {"drained", producer.drained},
          {"in_ring", producer.in_ring},   {"spilled", producer.spilled},
          {"lost", producer.lost}};
}

Json to_json(const GateStatus& gate) {
  return {{"producer", gate.producer},
          {"gate", gate.gate},
          {"labels", labels_json(gate.labels)},
          {"state", gate.state},
          {"reason", gate.reason},
          {"scope", gate.scope},
          {"since", wall_json(gate.since)}};
}

Json to_json(const TripStatus& trip) {
  return {{"scope", trip.scope},
          {"rule", trip.rule},
          {"count", trip.count},
          {"last", wall_json(trip.last)}};
}

template <class Item>
Json list_json(const std::vector<Item>& items) {
  return list_json(items, [](const Item& item) { return to_json(item); });
}

}  // namespace

Json samples_to_json(const Status& status) {
  Json lost = Json::object();
  for (const LossStatus& loss : status.lost) lost[loss.cause] = loss.samples;
  return {{"recorded", status.recorded},
          {"drained", status.drained},
          {"spilled", status.spilled},
          {"lost", lost}};
}

Json to_json(const AlertStatus& alert) {
  return {{"name", alert.name},
          {"labels", labels_json(alert.labels)},
          {"state", alert.state},
          {"value", alert.value},
          {"since", wall_json(alert.since)}};
}

bool is_healthy(const Status& status) {
  return status.last_pass_age && *status.last_pass_age <= longest_pass_age;
}

Json status_to_json(const Status& status) {
  return {{"version", version()},
          {"time", wall_json(status.now)},
          {"healthy", is_healthy(status)},
          {"ready", status.not_ready.empty()},
          {"not_ready", status.not_ready},
          {"last_pass_age_seconds", age_json(status.last_pass_age)},
          {"last_reload_successful", status.last_reload_successful},
          {"journal_writable", status.journal_writable},
          {"config_file", status.config_file},
          {"config_sha256", status.config_sha256},
          {"rules_sha256", status.rules_sha256},
          {"segment_dir", status.segment_dir},
          {"external_labels", labels_json(status.external_labels)},
          {"samples", samples_to_json(status)},
          {"rule_evaluations", status.rule_evaluations},
          {"rule_evaluation_failures", status.rule_evaluation_failures},
          {"producers", list_json(status.producers)},
          {"gates", list_json(status.gates)},
          {"alerts", list_json(status.alerts)},
          {"trips", list_json(status.trips)}};
}

std::string status_json(const Status& status) {
  return dumped(status_to_json(status));
}

std::string wall_text(WallMs time) {
  if (time == 0) return {};
  const time_t seconds = time / 1000;
  tm fields{};
  gmtime_r(&seconds, &fields);
  std::array<char, 32> day{};
  strftime(day.data(), day.size(), "%Y-%m-%dT%H:%M:%S", &fields);
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(time % 1000));
  return std::string{day.data()} + fraction.data();
}

}  // namespace outrider::outputs
