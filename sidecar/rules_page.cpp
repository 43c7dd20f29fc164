// SPDX-License-Identifier: Apache-2.0
#include "rules_page.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "as_double.hpp"
#include "outputs/json.hpp"

namespace outrider {

namespace {

using outputs::Json;
using rules::AlertRule;
using rules::AlertState;

Json time_json(const Publication& publication, nanoseconds steady) {
  if (steady == nanoseconds{}) return {};
  return outputs::wall_text(wall_of(publication, steady) / std::chrono::milliseconds{1});
}

Json as_written(const rules::TemplateMap& texts) {
  Json json = Json::object();
  for (const auto& [name, text] : texts) json[name] = text.text();
  return json;
}

/// What is the same for every kind of rule.
void add_health(Json& json, const Publication& publication, const rules::RuleStatus& status) {
  json["health"] = status.error != nullptr ? "err" : status.evaluations == 0 ? "unknown" : "ok";
  if (status.error != nullptr) json["lastError"] = status.error;
  json["lastEvaluation"] = time_json(publication, status.last_evaluation);
}

/// Prometheus tells the value of an alert with an exponent, here and nowhere else.
std::string with_exponent(double value) {
  std::array<char, 32> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific);
  return {text.data(), end.ptr};
}

class Writer {
 public:
  explicit Writer(const Publication& publication) : publication_{publication} {
    const auto& names = *publication.names;
    for (std::size_t i = 0; i < names.alerts.size(); ++i)
      alerts_[names.alerts[i].rule].push_back(i);
    for (std::size_t i = 0; i < names.rules.size(); ++i)
      status_[names.rules[i]] = &publication.rules[i];
  }

  Json groups(std::string_view type) const {
    Json all = Json::array();
    const rules::RuleSet& set = *publication_.names->rule_set;
    for (const rules::RuleGroup& group : set.groups) {
      Json rules = Json::array();
      if (type != "alert") add_recordings(group, rules);
      if (type != "record") {
        for (const AlertRule& rule : group.rules) rules.push_back(to_json(rule));
      }
      if (rules.empty()) continue;
      all.push_back({{"name", group.name},
                     {"file", group.file},
                     {"interval", seconds(group.interval)},
                     {"rules", std::move(rules)}});
    }
    return all;
  }

 private:
  void add_recordings(const rules::RuleGroup& group, Json& rules) const {
    const auto& all = publication_.names->rule_set->recordings;
    const std::size_t written = all.size() - publication_.names->rule_set->field_count;
    for (std::size_t i = 0; i < group.recording_count; ++i) {
      const std::size_t number = group.first_recording + i;
      if (number >= written) continue;
      Json json{{"name", all[number].name},
                {"query", all[number].expression},
                {"labels", outputs::labels_json(all[number].labels)}};
      add_health(json, publication_, publication_.recordings[number]);
      json["type"] = "recording";
      rules.push_back(std::move(json));
    }
  }

  [[nodiscard]] Json to_json(const AlertRule& rule) const {
    Json alerts = Json::array();
    AlertState gravest = AlertState::inactive;
    if (const auto found = alerts_.find(&rule); found != alerts_.end()) {
      for (const std::size_t number : found->second) {
        const AlertState state = publication_.alerts[number].state;
        if (state != AlertState::pending && state != AlertState::firing) continue;
        gravest = std::max(gravest, state);
        alerts.push_back(alert_json(rule, number));
      }
    }
    Json json{{"state", rules::state_name(gravest)},
              {"name", rule.name},
              {"query", rule.expression},
              {"duration", seconds(rule.timing.hold)},
              {"keepFiringFor", seconds(rule.timing.keep_firing)},
              {"labels", as_written(rule.labels)},
              {"annotations", as_written(rule.annotations)},
              {"alerts", std::move(alerts)}};
    const auto status = status_.find(&rule);
    add_health(json, publication_, status == status_.end() ? rules::RuleStatus{} : *status->second);
    json["type"] = "alerting";
    return json;
  }

  [[nodiscard]] Json alert_json(const AlertRule& rule, std::size_t number) const {
    const auto& name = publication_.names->alerts[number];
    const auto& alert = publication_.alerts[number];
    return {{"labels", outputs::labels_json(name.labels)},
            {"annotations", outputs::labels_json(expand_annotations(
                                rule, name.instance->source_labels, alert.value))},
            {"state", rules::state_name(alert.state)},
            {"activeAt", time_json(publication_, alert.since)},
            {"value", with_exponent(alert.value)}};
  }

  const Publication& publication_;
  std::map<const AlertRule*, std::vector<std::size_t>> alerts_;
  std::map<const AlertRule*, const rules::RuleStatus*> status_;
};

}  // namespace

std::string rules_json(const Publication& publication, std::string_view type) {
  return outputs::dumped(
      {{"status", "success"}, {"data", {{"groups", Writer{publication}.groups(type)}}}});
}

}  // namespace outrider
