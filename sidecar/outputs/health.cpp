// SPDX-License-Identifier: Apache-2.0
#include "outputs/health.hpp"

#include <algorithm>

#include "outputs/json.hpp"
#include "outputs/process_metrics.hpp"

namespace outrider::outputs {

using aggregate::Health;

namespace {

/// Of the sidecar itself.
Health own_health(const Status& status) {
  if (!is_healthy(status)) return Health::critical;
  return status.not_ready.empty() ? Health::healthy : Health::unhealthy;
}

Json to_json(const CheckStatus& check) {
  return {{"check", check.check},
          {"labels", labels_json(check.labels)},
          {"status", to_string(check.health)},
          {"value", check.value ? Json(*check.value) : Json{}},
          {"age_seconds", age_json(check.age)}};
}

Json to_json(const ProbeStatus& probe) {
  return {{"probe", probe.probe},
          {"status", to_string(probe.health)},
          {"last_good_age_seconds", age_json(probe.age)}};
}

Json to_json(const HealthHistory::Change& change) {
  return {{"time", wall_json(change.time)},
          {"what", change.what},
          {"name", change.name},
          {"labels", labels_json(change.labels)},
          {"from", to_string(change.from)},
          {"to", to_string(change.to)}};
}

const auto as_json = [](const auto& item) { return to_json(item); };

}  // namespace

Health overall_health(const Status& status) {
  Health worst = own_health(status);
  for (const CheckStatus& check : status.checks) worst = std::max(worst, check.health);
  for (const ProbeStatus& probe : status.probes) worst = std::max(worst, probe.health);
  return worst;
}

Json health_to_json(const Status& status) {
  return {{"status", to_string(overall_health(status))},
          {"healthy", is_healthy(status)},
          {"ready", status.not_ready.empty()},
          {"not_ready", status.not_ready},
          {"last_pass_age_seconds", age_json(status.last_pass_age)},
          {"version", version()},
          {"checks", list_json(status.checks, as_json)},
          {"probes", list_json(status.probes, as_json)}};
}

std::string health_json(const Status& status) {
  return dumped(health_to_json(status));
}

void HealthHistory::look(const Status& status) {
  std::map<Subject, Health> now;
  now[{"overall", "", {}}] = overall_health(status);
  for (const CheckStatus& each : status.checks)
    now[{"check", each.check, each.labels}] = each.health;
  for (const ProbeStatus& each : status.probes) now[{"probe", each.probe, {}}] = each.health;
  for (const auto& [subject, health] : now) {
    const auto known = last_.find(subject);
    const Health before = known == last_.end() ? Health::unknown : known->second;
    if (before == health) continue;
    const auto& [what, name, labels] = subject;
    changes_.push_front({status.now, what, name, labels, before, health});
  }
  while (changes_.size() > most_changes) changes_.pop_back();
  last_ = std::move(now);
}

std::string history_json(const HealthHistory& history) {
  return dumped({{"changes", list_json(history.changes(), as_json)}});
}

}  // namespace outrider::outputs
