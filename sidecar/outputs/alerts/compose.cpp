// SPDX-License-Identifier: Apache-2.0
#include "outputs/alerts/compose.hpp"

#include <algorithm>

#include "config/address.hpp"
#include "config/day.hpp"
#include "outputs/alerts/summary.hpp"
#include "promql/labels.hpp"
#include "protection/scope.hpp"

namespace outrider::alerts {

namespace {

constexpr std::string_view words[] = {"info", "warning", "critical", "emergency"};

/// What a rule does, gravest last.
constexpr std::string_view actions[] = {"alert", "reduce", "halt", "kill"};

/// What a latch does, in one of these words; a block is told from a breaker, since
/// one rule may have both.
std::string_view action_of(protection::Action action) {
  if (action == protection::Action::block_entries) return "block";
  switch (state_after(action)) {
    case GateState::killed:
      return "kill";
    case GateState::reduce_only:
      return "reduce";
    default:
      return "halt";
  }
}

/// What ends it, for people.
std::string what_next(const protection::Entry& latch) {
  const std::string scope{latch.scope.view()};
  if (needs_arming(latch)) {
    return "It stays so until a named person arms it: outrider arm --scope " + scope +
           " --reason TEXT";
  }
  const bool timed =
      latch.action == protection::Action::halt || latch.action == protection::Action::block_entries;
  return timed ? "It ends when its time is over."
               : "It recovers by itself after its cooldown, once the rule is quiet.";
}

void set_if_missing(aggregate::Labels& labels, const std::string& name, const std::string& value) {
  if (promql::label_value(labels, name).empty()) promql::set_label(labels, name, value);
}

std::string page_for_links(const config::Config& config) {
  if (!config.alerting.generator_url.empty()) return config.alerting.generator_url;
  return "http://" + config::reachable_text(config.web.listen_address) + '/';
}

const rules::AlertRule* find_rule(const rules::RuleSet& rules, std::string_view name) {
  for (const auto& group : rules.groups) {
    for (const auto& rule : group.rules) {
      if (rule.name == name) return &rule;
    }
  }
  return nullptr;
}

std::string summary_of(const protection::Entry& entry) {
  std::string text =
      std::string{entry.scope.view()} + " is " + std::string{to_string(state_after(entry.action))};
  if (!entry.cause.rule.empty()) {
    text += " by rule " + std::string{entry.cause.rule.view()} + " at " +
            rules::value_text(entry.cause.value);
  } else if (!entry.cause.actor.empty()) {
    text += " by " + std::string{entry.cause.actor.view()};
  }
  return text;
}

}  // namespace

rules::TemplateFacts template_facts(const config::Config& config) {
  rules::TemplateFacts facts{config.alerting.external_labels, page_for_links(config)};
  for (const auto& [name, value] : config.external_labels)
    set_if_missing(facts.external_labels, name, value);
  while (facts.external_url.ends_with('/')) facts.external_url.pop_back();
  return facts;
}

std::string_view severity_word(Severity severity) {
  return words[static_cast<std::size_t>(severity)];
}

Composer::Composer(const config::Config& config)
    : alerting_{config.alerting},
      protection_{config.protection},
      generator_url_{page_for_links(config)},
      facts_{template_facts(config)} {}

void Composer::add_consequence(const std::string& rule, aggregate::Labels& labels) const {
  std::size_t gravest = 0;
  const std::string* scope = nullptr;
  const auto consider = [&](const auto& each, std::size_t action) {
    if (each.alert != rule || (scope != nullptr && action <= gravest)) return;
    gravest = action;
    scope = &each.scope;
  };
  constexpr std::size_t kills = 3;
  for (const auto& each : protection_.kill_switch) consider(each, kills);
  for (const auto& each : protection_.breakers) {
    const bool reduces = each.action == config::BreakerAction::reduce_only;
    const bool only_tells = each.action == config::BreakerAction::alert;
    const std::size_t closes = reduces ? 1 : 2;
    consider(each, each.action == config::BreakerAction::kill ? kills : only_tells ? 0 : closes);
  }
  for (const auto& each : protection_.entry_blocks) consider(each, 1);
  if (scope == nullptr) return;
  set_if_missing(labels, "action", std::string{actions[gravest]});
  set_if_missing(labels, "scope", protection::alert_scope(*scope, labels));
}

void Composer::finish(aggregate::Labels& labels) const {
  std::string severity{promql::label_value(labels, "severity")};
  std::transform(severity.begin(), severity.end(), severity.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto mapped = alerting_.severities.find(severity);
  if (mapped != alerting_.severities.end()) severity = mapped->second;
  promql::set_label(labels, "severity", severity.empty() ? "warning" : severity);
  for (const auto& [name, value] : facts_.external_labels) set_if_missing(labels, name, value);
  std::erase_if(labels, [](const auto& each) { return each.second.empty(); });
  std::sort(labels.begin(), labels.end());
}

Alert Composer::of_rule(const Observed& observed) const {
  Alert alert;
  alert.labels = observed.instance->labels;
  add_consequence(observed.rule->name, alert.labels);
  finish(alert.labels);
  alert.annotations =
      rules::expand_annotations(*observed.rule, observed.instance->source_labels, observed.value);
  alert.value = observed.value;
  alert.starts_at = observed.since_wall;
  return alert;
}

Alert Composer::of_latch(const protection::Entry& entry, const rules::RuleSet* rules) const {
  const bool is_kill = entry.action == protection::Action::kill;
  const std::string scope{entry.scope.view()};
  Alert alert;
  alert.labels = {{"alertname", trip_alert},
                  {"action", std::string{action_of(entry.action)}},
                  {"scope", scope},
                  {"rule", std::string{entry.cause.rule.view()}},
                  {"severity", is_kill ? "emergency" : "critical"}};
  finish(alert.labels);
  alert.annotations = {{"summary", summary_of(entry)}};
  const std::string reason{entry.cause.reason.view()};
  const std::string next = what_next(entry);
  alert.annotations.emplace_back("description", reason.empty() ? next : reason + ". " + next);
  if (const auto* rule = rules ? find_rule(*rules, entry.cause.rule.view()) : nullptr) {
    for (const auto& [name, text] : rule->annotations) {
      if (name == "runbook_url") alert.annotations.emplace_back(name, text.expand({}, 0));
    }
  }
  alert.value = entry.cause.value;
  alert.starts_at = entry.wall;
  return alert;
}

Alert Composer::of_summary(const Schedule::Due& due, const std::string& time_zone,
                           std::span<const FieldValue> values) const {
  Alert alert;
  alert.is_event = true;
  alert.labels = {
      {"alertname", summary_alert}, {"severity", "info"}, {"summary", due.summary.name}};
  finish(alert.labels);
  alert.annotations = {
      {"summary", due.summary.name + " summary of " + config::local_time_text(time_zone, due.at)},
      {"description", summary_text(due.summary, values, facts_)}};
  alert.starts_at = due.at;
  return alert;
}

Severity Composer::severity_of(const Alert& alert) const {
  const auto* found =
      std::find(std::begin(words), std::end(words), promql::label_value(alert.labels, "severity"));
  if (found == std::end(words)) return Severity::warning;
  return static_cast<Severity>(found - std::begin(words));
}

nanoseconds Composer::cooldown_of(const Alert& alert) const {
  const std::string name{promql::label_value(alert.labels, "alertname")};
  const auto by_rule = alerting_.cooldowns.find(name);
  if (by_rule != alerting_.cooldowns.end()) return by_rule->second;
  return alerting_.cooldowns.at(std::string{severity_word(severity_of(alert))});
}

}  // namespace outrider::alerts
