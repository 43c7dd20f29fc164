// SPDX-License-Identifier: Apache-2.0
// The lists of `protection:`: breakers, kill switches, entry blocks, cluster alerts.
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "config/duration.hpp"
#include "config/keys.hpp"
#include "config/reader.hpp"

namespace outrider::config {

namespace {

constexpr std::array<std::pair<std::string_view, BreakerAction>, 5> actions{{
    {"alert", BreakerAction::alert},
    {"reduce_only", BreakerAction::reduce_only},
    {"halt_new", BreakerAction::halt_new},
    {"halt_new+cancel_all", BreakerAction::halt_new_and_cancel_all},
    {"kill", BreakerAction::kill},
}};

constexpr std::array<std::pair<std::string_view, OnStale>, 3> stale_actions{{
    {"halt", OnStale::halt},
    {"reduce_only", OnStale::reduce_only},
    {"continue", OnStale::keep_going},
}};

/// A field that is there and holds one value; null otherwise.
template <class Fields>
const YAML::Node* scalar_of(const Fields& fields, const char* name) {
  const auto found = fields.find(name);
  return found != fields.end() && found->second.IsScalar() ? &found->second : nullptr;
}

}  // namespace

bool Reader::is_list(const std::string& path, const YAML::Node& list) {
  if (!list.IsNull() && !list.IsSequence()) {
    problem(list, path + ": found " + found_text(list) + "; needed a list");
  }
  return list.IsSequence();
}

template <class Entry>
void Reader::read_alert_and_scope(const std::string& path, const YAML::Node& at,
                                  const Fields& fields, Entry& entry) {
  entry.place = place_of(at.Mark());
  if (const auto found = fields.find("alert"); found == fields.end()) {
    if (at.IsMap())
      problem(
          at,
          path + ": found no alert; needed the name of one that a rule file has; add alert: NAME");
  } else if (found->second.IsScalar()) {
    entry.alert = found->second.Scalar();
    if (entry.alert.empty())
      problem(found->second, path + ".alert: found \"\"; needed an alert's name");
  }
  const YAML::Node* scope = scalar_of(fields, "scope");
  if (scope != nullptr) entry.scope = scope->Scalar();
  if (entry.alert == drill_alert && entry.scope != "producer") {
    problem(at, path + ".scope: found " + in_quotes(entry.scope) + " for " +
                    std::string{drill_alert} +
                    "; needed producer, because each drill would stop others' orders");
  } else if (scope != nullptr && !is_scope(entry.scope)) {
    problem(*scope, path + ".scope: found " + in_quotes(entry.scope) +
                        "; needed global, host, or a label such as producer or venue");
  }
}

void Reader::read_duration(const std::string& path, const char* name, const Fields& fields,
                           std::chrono::nanoseconds& duration) {
  const YAML::Node* given = scalar_of(fields, name);
  if (given == nullptr) return;
  const auto found = parse_duration(given->Scalar());
  if (found && *found > std::chrono::nanoseconds{0} && *found <= std::chrono::hours{24}) {
    duration = *found;
    return;
  }
  problem(*given, path + '.' + name + ": found " + in_quotes(given->Scalar()) +
                      "; needed a duration above 0s, to 1d");
}

void Reader::read_number(const std::string& path, const Fields& fields, const NumberField& field,
                         std::optional<std::uint32_t>& number) {
  const YAML::Node* given = scalar_of(fields, field.name);
  if (given == nullptr) return;
  const std::string& text = given->Scalar();
  std::uint32_t found = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), found);
  if (error == std::errc{} && end == text.data() + text.size() && found <= field.most) {
    number = found;
    return;
  }
  problem(*given, path + '.' + field.name + ": found " + in_quotes(text) +
                      "; needed a number from 0 to " + std::to_string(field.most));
}

void Reader::read_breakers(const YAML::Node& list) {
  if (!is_list("protection.breakers", list)) return;
  for (const YAML::Node& entry : list) {
    auto& breakers = loaded_.config.protection.breakers;
    const std::string path = "protection.breakers[" + std::to_string(breakers.size()) + ']';
    BreakerConfig& breaker = breakers.emplace_back();
    const Fields fields = read_entry(
        path, entry,
        {"alert", "scope", "action", "cooldown", "auto_rearm", "probes", "trips_to_kill"});
    read_alert_and_scope(path, entry, fields, breaker);
    read_action(path, fields, breaker);
    read_duration(path, "cooldown", fields, breaker.cooldown);
    read_auto_rearm(path, fields, breaker);
    read_number(path, fields, {"probes", most_probes}, breaker.probes);
    read_number(path, fields, {"trips_to_kill", most_trips_to_kill}, breaker.trips_to_kill);
  }
}

void Reader::read_action(const std::string& path, const Fields& fields, BreakerConfig& breaker) {
  const YAML::Node* given = scalar_of(fields, "action");
  if (given == nullptr) return;
  const auto* known = std::find_if(actions.begin(), actions.end(),
                                   [&](const auto& each) { return each.first == given->Scalar(); });
  if (known != actions.end()) {
    breaker.action = known->second;
    return;
  }
  problem(*given, path + ".action: found " + in_quotes(given->Scalar()) +
                      "; needed alert, reduce_only, halt_new, halt_new+cancel_all or kill");
}

void Reader::read_auto_rearm(const std::string& path, const Fields& fields,
                             BreakerConfig& breaker) {
  const YAML::Node* given = scalar_of(fields, "auto_rearm");
  if (given == nullptr) return;
  const std::string& text = given->Scalar();
  if (text != "true" && text != "false") {
    problem(*given, path + ".auto_rearm: found " + in_quotes(text) + "; needed true or false");
  } else if (text == "true" && breaker.action == BreakerAction::kill) {
    problem(*given, path +
                        ".auto_rearm: found \"true\" for action kill; needed false, because "
                        "only a person lifts KILLED");
  }
  breaker.auto_rearm = text == "true";
}

void Reader::read_kill_switch(const YAML::Node& list) {
  if (!is_list("protection.kill_switch", list)) return;
  for (const YAML::Node& entry : list) {
    auto& switches = loaded_.config.protection.kill_switch;
    const std::string path = "protection.kill_switch[" + std::to_string(switches.size()) + ']';
    KillSwitchConfig& kill = switches.emplace_back();
    read_alert_and_scope(path, entry, read_entry(path, entry, {"alert", "scope"}), kill);
  }
}

void Reader::read_entry_blocks(const YAML::Node& list) {
  if (!is_list("protection.entry_blocks", list)) return;
  for (const YAML::Node& entry : list) {
    auto& blocks = loaded_.config.protection.entry_blocks;
    const std::string path = "protection.entry_blocks[" + std::to_string(blocks.size()) + ']';
    EntryBlockConfig& block = blocks.emplace_back();
    const Fields fields = read_entry(path, entry, {"alert", "scope", "for", "cleared_by"});
    read_alert_and_scope(path, entry, fields, block);
    read_duration(path, "for", fields, block.duration);
    if (const YAML::Node* alert = scalar_of(fields, "cleared_by"); alert != nullptr)
      block.cleared_by = alert->Scalar();
  }
}

void Reader::read_cluster_alerts(const YAML::Node& list) {
  if (!is_list("protection.cluster_alerts", list)) return;
  for (const YAML::Node& item : list) {
    auto& alerts = loaded_.config.protection.cluster_alerts;
    const std::string path = "protection.cluster_alerts[" + std::to_string(alerts.size()) + ']';
    ClusterAlertConfig& entry = alerts.emplace_back();
    const Fields fields = read_entry(path, item, {"alert", "scope", "action", "for"});
    read_alert_and_scope(path, item, fields, entry);
    read_cluster_action(path, fields, entry);
  }
}

void Reader::read_cluster_action(const std::string& path, const Fields& fields,
                                 ClusterAlertConfig& entry) {
  if (const YAML::Node* action = scalar_of(fields, "action"); action != nullptr) {
    const std::string& text = action->Scalar();
    if (text != "halt_new" && text != "kill")
      problem(*action, path + ".action: found " + in_quotes(text) + "; needed halt_new or kill");
    entry.action = text == "kill" ? ClusterAction::kill : ClusterAction::halt_new;
  }
  const YAML::Node* duration = scalar_of(fields, "for");
  if (duration == nullptr) return;
  read_duration(path, "for", fields, entry.duration.emplace());
  if (entry.action == ClusterAction::kill)
    problem(*duration, path + ".for: found " + in_quotes(duration->Scalar()) +
                           " for action kill; needed none, because only a person lifts KILLED");
}

void Reader::read_on_stale(const YAML::Node& list) {
  if (!is_list("protection.on_stale", list)) return;
  for (const YAML::Node& item : list) {
    auto& all = loaded_.config.protection.on_stale;
    const std::string path = "protection.on_stale[" + std::to_string(all.size()) + ']';
    OnStaleConfig& entry = all.emplace_back();
    const Fields fields = read_entry(path, item, {"scope", "action"});
    const YAML::Node* scope = scalar_of(fields, "scope");
    entry.scope = scope == nullptr ? "" : scope->Scalar();
    if (!is_whole_scope(entry.scope))
      problem(scope == nullptr ? item : *scope,
              path + ".scope: found " + in_quotes(entry.scope) +
                  "; needed global, host, or a label and its value such as venue=binance");
    const YAML::Node* action = scalar_of(fields, "action");
    const std::string text = action == nullptr ? "" : action->Scalar();
    const auto* known = std::find_if(stale_actions.begin(), stale_actions.end(),
                                     [&](const auto& each) { return each.first == text; });
    if (known != stale_actions.end()) {
      entry.action = known->second;
    } else {
      problem(action == nullptr ? item : *action, path + ".action: found " + in_quotes(text) +
                                                      "; needed halt, reduce_only or continue");
    }
  }
}

}  // namespace outrider::config
