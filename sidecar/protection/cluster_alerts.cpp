// SPDX-License-Identifier: Apache-2.0
#include "protection/cluster_alerts.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/duration.hpp"
#include "protection/scope.hpp"

namespace outrider::protection {
namespace {

using nlohmann::json;

/// A text of an object; empty when there is none.
std::string text_of(const json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

const json& part_of(const json& object, const char* name) {
  static const json nothing;
  const auto found = object.find(name);
  return found != object.end() ? *found : nothing;
}

std::string scope_of(const config::ClusterAlertConfig& entry, const json& labels) {
  if (entry.scope == global_scope || entry.scope == host_scope) return entry.scope;
  const std::string scope = entry.scope + '=' + text_of(labels, entry.scope.c_str());
  return scope_problem(scope).empty() ? scope : std::string{global_scope};
}

std::string reason_of(const std::string& name, const json& annotations, const json& payload) {
  const std::string summary = text_of(annotations, "summary");
  const std::string from = text_of(payload, "externalURL");
  return "alert " + name + (from.empty() ? "" : " of " + from) +
         (summary.empty() ? "" : ": " + summary);
}

void add(ClusterClosing closing, std::vector<ClusterClosing>& closings) {
  const bool is_there = std::any_of(closings.begin(), closings.end(), [&](const auto& each) {
    return each.action == closing.action && each.scope == closing.scope &&
           each.duration == closing.duration;
  });
  if (!is_there) closings.push_back(std::move(closing));
}

}  // namespace

ClusterAlerts read_cluster_alerts(std::string_view body,
                                  const std::vector<config::ClusterAlertConfig>& policy) {
  const json payload = json::parse(body, nullptr, false);
  const json& alerts = payload.is_object() ? part_of(payload, "alerts") : payload;
  if (!payload.is_object() || !alerts.is_array())
    return {.problem =
                "found no JSON object with a list of alerts; needed what Alertmanager sends to a "
                "webhook (version 4)"};
  ClusterAlerts read;
  for (const json& alert : alerts) {
    if (text_of(alert, "status") != "firing") continue;
    const json& labels = part_of(alert, "labels");
    const std::string name = text_of(labels, "alertname");
    ++read.firing;
    bool is_known = false;
    for (const config::ClusterAlertConfig& entry : policy) {
      if (entry.alert != name) continue;
      is_known = true;
      add({entry.action, scope_of(entry, labels),
           reason_of(name, part_of(alert, "annotations"), payload),
           entry.duration ? config::duration_text(*entry.duration) : std::string{}},
          read.closings);
    }
    if (!is_known) read.unknown.push_back(name);
  }
  return read;
}

}  // namespace outrider::protection
