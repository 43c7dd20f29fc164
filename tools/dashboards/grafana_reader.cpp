// SPDX-License-Identifier: Apache-2.0
#include "dashboards/grafana_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <sstream>

#include "config/problem.hpp"
#include "dashboards/description_reader.hpp"
#include "dashboards/grafana_writer.hpp"

namespace outrider::dashboards {

namespace {

constexpr std::size_t most_differences = 10;
constexpr int deepest = 100;  // so that no text can exhaust the stack

std::string short_text(const Json& json) {
  return config::in_quotes(json.is_string()
                               ? json.get<std::string>()
                               : json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// One dashboard's JSON. What is there and of another type than it must be is a problem.
class GrafanaReader {
 public:
  GrafanaReader(const std::string& text, const std::string& file, std::string prefix,
                Imported& into)
      : text_{text}, file_{file}, prefix_{std::move(prefix)}, into_{into} {}

  Dashboard read(const Json& json) {
    Dashboard dashboard;
    dashboard.uid = needed(json, "", "uid");
    dashboard.title = needed(json, "", "title");
    dashboard.description = text(json, "", "description");
    dashboard.refresh = text(json, "", "refresh");
    dashboard.timezone = text(json, "", "timezone");
    dashboard.from = text(object(json, "", "time"), "/time", "from", "now-6h");
    for (const Json& tag : list(json, "", "tags")) dashboard.tags.push_back(as_text(tag, "/tags"));
    const Json& variables = list(object(json, "", "templating"), "/templating", "list");
    for (std::size_t i = 0; i < variables.size(); ++i)
      read_variable(variables[i], "/templating/list/" + std::to_string(i), dashboard);
    const Json& panels = list(json, "", "panels");
    for (std::size_t i = 0; i < panels.size(); ++i)
      read_panel(panels[i], "/panels/" + std::to_string(i), dashboard);
    return dashboard;
  }

 private:
  void read_variable(const Json& json, const std::string& at, Dashboard& dashboard) {
    const std::string type = text(json, at, "type");
    if (!json.is_object() || type == "datasource") return;  // every dashboard has that
    if (type != "query" && type != "custom")
      return report(at + "/type",
                    "found " + config::in_quotes(type) + "; needed datasource, query or custom");
    Variable variable;
    variable.name = needed(json, at, "name");
    variable.label = text(json, at, "label");
    variable.regex = text(json, at, "regex");
    const Json query = json.value("query", Json{});
    if (type == "custom") {
      std::istringstream values{as_text(query, at + "/query")};
      for (std::string value; std::getline(values, value, ',');) variable.values.push_back(value);
    } else {
      variable.query =
          query.is_object() ? text(query, at + "/query", "query") : as_text(query, at + "/query");
      variable.all = json.value("includeAll", Json{}) == Json(true);
    }
    if (variable.query.empty() && variable.values.empty())
      report(at + "/query", "found nothing that is asked; needed a query, or values");
    dashboard.variables.push_back(variable);
  }

  void read_panel(const Json& json, const std::string& at, Dashboard& dashboard) {
    const std::string type = needed(json, at, "type");
    const auto* const kind = std::find_if(kinds.begin(), kinds.end(),
                                          [&](const Kind& each) { return each.grafana == type; });
    if (!json.is_object() || type.empty()) return;
    if (kind == kinds.end()) {
      std::string known;
      for (const Kind& each : kinds)
        known += (known.empty() ? "" : ", ") + std::string{each.grafana};
      return report(at + "/type", "found " + config::in_quotes(type) + "; needed " + known);
    }
    Panel panel;
    panel.kind = kind->name;
    panel.title = text(json, at, "title");
    panel.description = text(json, at, "description");
    const Json& grid = object(json, at, "gridPos");
    panel.width = whole(grid, at + "/gridPos", "w", kind->width);
    panel.height = whole(grid, at + "/gridPos", "h", kind->height);
    panel.base = default_base(panel);
    const Json& field = object(json, at, "fieldConfig");
    read_defaults(object(field, at + "/fieldConfig", "defaults"), at + "/fieldConfig/defaults",
                  panel);
    const Json& targets = list(json, at, "targets");
    for (std::size_t i = 0; i < targets.size(); ++i)
      read_target(targets[i], at + "/targets/" + std::to_string(i), panel);
    read_overrides(list(field, at + "/fieldConfig", "overrides"), panel);
    dashboard.panels.push_back(panel);
    // Rows that are folded up keep their panels inside.
    const Json& inside = list(json, at, "panels");
    for (std::size_t i = 0; i < inside.size(); ++i)
      read_panel(inside[i], at + "/panels/" + std::to_string(i), dashboard);
  }

  void read_defaults(const Json& json, const std::string& at, Panel& panel) {
    panel.unit = text(json, at, "unit");
    panel.min = number(json, at, "min");
    panel.max = number(json, at, "max");
    if (json.contains("decimals")) panel.decimals = whole(json, at, "decimals", 0);
    const Json& colour = object(json, at, "color");
    if (colour.value("mode", Json{}) == Json("fixed"))
      panel.colour = text(colour, at + "/color", "fixedColor");
    const std::string steps_at = at + "/thresholds";
    const Json& steps = list(object(json, at, "thresholds"), steps_at, "steps");
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const std::string here = steps_at + "/steps/" + std::to_string(i);
      const std::string step_colour = text(steps[i], here, "color");
      const auto from = number(steps[i], here, "value");
      if (from)
        panel.thresholds.push_back({*from, step_colour});
      else
        panel.base = step_colour;
    }
    const Json& mappings = list(json, at, "mappings");
    for (std::size_t i = 0; i < mappings.size(); ++i)
      read_mapping(mappings[i], at + "/mappings/" + std::to_string(i), panel);
  }

  /// Of them a description knows the axis of a query; the rest shows as a difference.
  static void read_overrides(const Json& overrides, Panel& panel) {
    for (const Json& override : overrides) {
      const Json::json_pointer query{"/matcher/options"};
      const Json::json_pointer side{"/properties/0/value"};
      if (!override.contains(query) || !override.contains(side) || override[side] != "right")
        continue;
      for (std::size_t i = 0; i < panel.queries.size(); ++i)
        if (override[query] == ref_id(i)) panel.queries[i].at_right = true;
    }
  }

  void read_mapping(const Json& json, const std::string& at, Panel& panel) {
    const std::string type = text(json, at, "type");
    const Json& options = object(json, at, "options");
    if (type != "value")
      return report(at + "/type", "found a mapping of the type " + config::in_quotes(type) +
                                      "; needed value, one word for each number");
    for (const auto& [key, shown] : options.items()) {
      double value = 0;
      const char* const end = key.data() + key.size();
      if (std::from_chars(key.data(), end, value).ptr != end)
        report(at + "/options/" + key, "found " + config::in_quotes(key) + "; needed a number");
      panel.mappings.push_back({value, text(shown, at, "text"), text(shown, at, "color")});
    }
  }

  void read_target(const Json& json, const std::string& at, Panel& panel) {
    Query query{needed(json, at, "expr"), {}};
    if (json.is_object()) query.legend = text(json, at, "legendFormat");
    if (query.legend == "__auto") query.legend.clear();
    panel.queries.push_back(query);
  }

  std::string needed(const Json& json, const std::string& at, const char* key) {
    if (json.is_object() && !json.contains(key))
      report(at, std::string{"found no "} + key + "; needed one, a text");
    return text(json, at, key);
  }
  std::string text(const Json& json, const std::string& at, const char* key,
                   const char* otherwise = "") {
    if (!json.is_object()) {
      report(at, "found " + short_text(json) + "; needed an object");
      return otherwise;
    }
    return json.contains(key) ? as_text(json[key], at + '/' + key) : otherwise;
  }
  std::string as_text(const Json& json, const std::string& at) {
    if (json.is_string()) return json.get<std::string>();
    report(at, "found " + short_text(json) + "; needed a text");
    return "";
  }
  /// Null is none.
  std::optional<double> number(const Json& json, const std::string& at, const char* key) {
    if (!json.is_object() || !json.contains(key) || json[key].is_null()) return std::nullopt;
    if (json[key].is_number()) return json[key].get<double>();
    report(at + '/' + key, "found " + short_text(json[key]) + "; needed a number");
    return std::nullopt;
  }
  int whole(const Json& json, const std::string& at, const char* key, int otherwise) {
    const double value = number(json, at, key).value_or(otherwise);
    if (value >= 0 && value <= 100 && value == std::floor(value)) return static_cast<int>(value);
    report(at + '/' + key, "found " + number_text(value) + "; needed a whole number, 100 at most");
    return otherwise;
  }
  /// Empty where there is none.
  const Json& list(const Json& json, const std::string& at, const char* key) {
    static const Json none = Json::array();
    if (!json.is_object() || !json.contains(key)) return none;
    if (json[key].is_array()) return json[key];
    report(at + '/' + key, "found " + short_text(json[key]) + "; needed a list");
    return none;
  }
  /// Empty where there is none.
  const Json& object(const Json& json, const std::string& at, const char* key) {
    static const Json none = Json::object();
    if (!json.is_object() || !json.contains(key)) return none;
    if (json[key].is_object()) return json[key];
    report(at + '/' + key, "found " + short_text(json[key]) + "; needed an object");
    return none;
  }
  void report(const std::string& at, const std::string& reason) {
    const std::string pointer = prefix_ + at;
    into_.problems.push_back(
        {file_, line_of(text_, pointer), 0, (at.empty() ? "the dashboard" : at) + ": " + reason});
  }

  const std::string& text_;
  const std::string& file_;
  std::string prefix_;
  Imported& into_;
};

using Plain = nlohmann::json;  ///< in which the order of keys says nothing
using Pointer = Plain::json_pointer;

/// Where `after` has not what `before` has.
void compare(const Plain& before, const Plain& after, const Pointer& at,
             std::vector<Pointer>& into) {
  if (before == after) return;
  if (before.is_object() && after.is_object()) {
    for (const auto& [key, value] : before.items())
      compare(value, after.contains(key) ? after[key] : Plain{}, at / key, into);
    for (const auto& [key, value] : after.items())
      if (!before.contains(key)) into.push_back(at / key);
  } else if (before.is_array() && after.is_array() && before.size() == after.size()) {
    for (std::size_t i = 0; i < before.size(); ++i) compare(before[i], after[i], at / i, into);
  } else {
    into.push_back(at);
  }
}

std::string difference(const Plain& before, const Plain& after, const Pointer& at) {
  const std::string found = before.contains(at) ? short_text(Json(before.at(at))) : "nothing";
  const std::string made = after.contains(at) ? short_text(Json(after.at(at))) : "nothing";
  return at.to_string() + ": found " + found + ", which a description makes " + made;
}

/// Nothing, and a problem, when it is none.
std::optional<Json> parsed(const std::string& text, const std::string& file, Imported& into) {
  bool is_too_deep = false;
  try {
    Json json = Json::parse(text, [&](int depth, Json::parse_event_t, const Json&) {
      is_too_deep = is_too_deep || depth > deepest;
      return !is_too_deep;
    });
    if (!is_too_deep) return json;
    into.problems.push_back({file, 0, 0,
                             "found brackets " + std::to_string(deepest) +
                                 " deep; needed a dashboard as Grafana exports it"});
  } catch (const Json::parse_error& error) {
    const std::string before = text.substr(0, std::min(error.byte, text.size()));
    const auto line = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    into.problems.push_back({file, line, 0,
                             "found text that is not JSON here; needed a dashboard as Grafana "
                             "exports it"});
  }
  return std::nullopt;
}

}  // namespace

Imported read_grafana(const std::string& text, const std::string& file) {
  Imported imported;
  const std::optional<Json> json = parsed(text, file, imported);
  if (!json) return imported;
  const bool is_wrapped = json->is_object() && json->contains("dashboard");
  const Json& inner = is_wrapped ? (*json)["dashboard"] : *json;
  if (!inner.is_object()) {
    imported.problems.push_back(
        {file, 1, 0,
         "found " + short_text(inner) + "; needed a dashboard as Grafana exports it, an object"});
    return imported;
  }
  imported.dashboard =
      GrafanaReader{text, file, is_wrapped ? "/dashboard" : "", imported}.read(inner);
  if (!imported.problems.empty()) return imported;
  const std::string written = grafana_text(imported.dashboard, is_wrapped);
  imported.is_identical = written == text;
  const Plain before(*json);
  const Plain after(Plain::parse(written));
  std::vector<Pointer> places;
  compare(before, after, Pointer{}, places);
  // What is lost or changed is told before what is added.
  std::stable_partition(places.begin(), places.end(),
                        [&](const Pointer& at) { return before.contains(at); });
  const std::size_t found = places.size();
  places.resize(std::min(found, most_differences));
  for (const Pointer& at : places)
    imported.differences.push_back(
        {file, line_of(text, at.to_string()), 0, difference(before, after, at)});
  if (found > places.size())
    imported.differences.push_back(
        {file, 0, 0, "and " + std::to_string(found - places.size()) + " more"});
  return imported;
}

}  // namespace outrider::dashboards
