// SPDX-License-Identifier: Apache-2.0
#include "dashboards/grafana_writer.hpp"

#include <algorithm>
#include <cmath>

#include "dashboards/description_reader.hpp"

namespace outrider::dashboards {

namespace {

constexpr int columns = 24;

/// Of any Prometheus: which one, the reader of the dashboard chooses.
Json data_source() {
  return {{"type", "prometheus"}, {"uid", "${datasource}"}};
}

/// Whole numbers without a point, as Grafana writes them.
Json number(double value) {
  constexpr double exact = 9007199254740992;
  if (value == std::floor(value) && std::abs(value) < exact)
    return static_cast<std::int64_t>(value);
  return value;
}

Json choice(const std::string& text, bool selected) {
  return {{"selected", selected}, {"text", text}, {"value", text}};
}

Json data_source_variable() {
  return {{"type", "datasource"},
          {"name", "datasource"},
          {"label", "Data source"},
          {"query", "prometheus"},
          {"options", Json::array()},
          {"refresh", 1},
          {"regex", ""},
          {"includeAll", false},
          {"multi", false},
          {"hide", 0},
          {"skipUrlSync", false}};
}

Json values_variable(const Variable& variable) {
  Json json{{"type", "custom"}, {"name", variable.name}};
  if (!variable.label.empty()) json["label"] = variable.label;
  std::string query;
  Json options = Json::array();
  for (const std::string& value : variable.values) {
    query += (query.empty() ? "" : ",") + value;
    options.push_back(choice(value, options.empty()));
  }
  json["query"] = query;
  json["current"] = options.front();
  json["options"] = options;
  json.update({{"includeAll", false}, {"multi", false}, {"hide", 0}, {"skipUrlSync", false}});
  return json;
}

Json query_variable(const Variable& variable) {
  Json json{{"type", "query"}, {"name", variable.name}};
  if (!variable.label.empty()) json["label"] = variable.label;
  json["datasource"] = data_source();
  json["query"] = {{"query", variable.query}, {"refId", "Variable"}};
  json["regex"] = variable.regex;
  json["refresh"] = 2;  // whenever the time range changes
  json["sort"] = 1;
  json["includeAll"] = variable.all;
  json["multi"] = variable.all;
  if (variable.all) json["allValue"] = ".*";  // also series that do not have the label
  if (variable.all) json["current"] = {{"selected", true}, {"text", "All"}, {"value", "$__all"}};
  json.update({{"options", Json::array()}, {"hide", 0}, {"skipUrlSync", false}});
  return json;
}

Json variables_of(const Dashboard& dashboard) {
  Json list = Json::array({data_source_variable()});
  for (const Variable& variable : dashboard.variables)
    list.push_back(variable.values.empty() ? query_variable(variable) : values_variable(variable));
  return list;
}

Json colour_of(const Panel& panel) {
  if (!panel.colour.empty()) return {{"mode", "fixed"}, {"fixedColor", panel.colour}};
  const bool by_value = panel.kind == "stat" || panel.kind == "states";
  return {{"mode", by_value ? "thresholds" : "palette-classic"}};
}

Json custom_of(const Panel& panel) {
  if (panel.kind == "graph")
    return {{"drawStyle", "line"},
            {"lineInterpolation", "linear"},
            {"lineWidth", 1},
            {"fillOpacity", 10},
            {"showPoints", "never"},
            {"spanNulls", false},
            {"thresholdsStyle", {{"mode", panel.thresholds.empty() ? "off" : "line+area"}}}};
  if (panel.kind == "states") return {{"lineWidth", 0}, {"fillOpacity", 70}};
  return Json::object();
}

Json mappings_of(const Panel& panel) {
  if (panel.mappings.empty()) return Json::array();
  Json options = Json::object();
  for (const Mapping& mapping : panel.mappings)
    options[number_text(mapping.value)] = {
        {"text", mapping.text}, {"color", mapping.colour}, {"index", options.size()}};
  return Json::array({{{"type", "value"}, {"options", options}}});
}

Json thresholds_of(const Panel& panel) {
  Json steps = Json::array({{{"value", nullptr}, {"color", panel.base}}});
  for (const Threshold& threshold : panel.thresholds)
    steps.push_back({{"value", number(threshold.from)}, {"color", threshold.colour}});
  return {{"mode", "absolute"}, {"steps", steps}};
}

Json defaults_of(const Panel& panel) {
  Json json = Json::object();
  if (!panel.unit.empty()) json["unit"] = panel.unit;
  if (panel.min) json["min"] = number(*panel.min);
  if (panel.max) json["max"] = number(*panel.max);
  if (panel.decimals) json["decimals"] = *panel.decimals;
  json["color"] = colour_of(panel);
  json["custom"] = custom_of(panel);
  json["mappings"] = mappings_of(panel);
  json["thresholds"] = thresholds_of(panel);
  // Nothing known must not look like nothing wrong.
  if (panel.kind == "stat") json["noValue"] = "no data";
  return json;
}

Json legend(const char* placement) {
  return {{"displayMode", "list"},
          {"placement", placement},
          {"showLegend", true},
          {"calcs", Json::array()}};
}

Json last_value() {
  return {{"calcs", Json::array({"lastNotNull"})}, {"fields", ""}, {"values", false}};
}

Json stat_options(const Panel& panel) {
  const bool has_names = std::any_of(panel.queries.begin(), panel.queries.end(),
                                     [](const Query& query) { return !query.legend.empty(); });
  return {{"reduceOptions", last_value()},
          {"orientation", "auto"},
          {"textMode", has_names ? "value_and_name" : "value"},
          {"colorMode", panel.mappings.empty() ? "value" : "background"},
          {"graphMode", "none"},
          {"justifyMode", "auto"},
          {"wideLayout", true},
          {"showPercentChange", false},
          {"percentChangeColorMode", "standard"}};
}

Json heatmap_options(const Panel& panel) {
  return {{"calculate", false},
          {"cellGap", 1},
          {"color",
           {{"mode", "scheme"},
            {"scheme", "Oranges"},
            {"exponent", 0.5},
            {"fill", "dark-orange"},
            {"reverse", false},
            {"steps", 64}}},
          {"exemplars", {{"color", "rgba(255,0,255,0.7)"}}},
          {"filterValues", {{"le", 1e-9}}},
          {"legend", {{"show", true}}},
          {"rowsFrame", {{"layout", "auto"}}},
          {"showValue", "never"},
          {"tooltip", {{"mode", "single"}, {"showColorScale", false}, {"yHistogram", false}}},
          {"yAxis", {{"axisPlacement", "left"}, {"reverse", false}, {"unit", panel.unit}}}};
}

Json options_of(const Panel& panel) {
  if (panel.kind == "stat") return stat_options(panel);
  if (panel.kind == "heatmap") return heatmap_options(panel);
  if (panel.kind == "pie") {
    Json right = legend("right");
    right["values"] = Json::array({"value"});
    return {{"reduceOptions", last_value()},
            {"pieType", "donut"},
            {"displayLabels", Json::array({"name", "value"})},
            {"legend", right},
            {"tooltip", {{"mode", "single"}, {"sort", "none"}}}};
  }
  const Json tooltip{{"mode", "multi"}, {"sort", "none"}};
  if (panel.kind == "states")
    return {{"mergeValues", true}, {"showValue", "auto"},        {"alignValue", "left"},
            {"rowHeight", 0.9},    {"legend", legend("bottom")}, {"tooltip", tooltip}};
  return {{"legend", legend("bottom")}, {"tooltip", tooltip}};
}

Json targets_of(const Panel& panel) {
  const bool is_now = panel.kind == "stat" || panel.kind == "pie";
  Json targets = Json::array();
  for (const Query& query : panel.queries) {
    Json target{{"refId", ref_id(targets.size())},
                {"datasource", data_source()},
                {"editorMode", "code"},
                {"expr", query.expr}};
    target["legendFormat"] = query.legend.empty() ? "__auto" : query.legend;
    target["format"] = panel.kind == "heatmap" ? "heatmap" : "time_series";
    target["instant"] = is_now;
    target["range"] = !is_now;
    targets.push_back(target);
  }
  return targets;
}

/// From left to right, and on below when a line is full.
class Grid {
 public:
  Json place(const Panel& panel) {
    if (x_ + panel.width > columns) {
      y_ += tallest_;
      x_ = tallest_ = 0;
    }
    const Json at{{"x", x_}, {"y", y_}, {"w", panel.width}, {"h", panel.height}};
    x_ += panel.width;
    tallest_ = std::max(tallest_, panel.height);
    return at;
  }

 private:
  int x_ = 0;
  int y_ = 0;
  int tallest_ = 0;
};

Json overrides_of(const Panel& panel) {
  Json overrides = Json::array();
  for (std::size_t i = 0; i < panel.queries.size(); ++i)
    if (panel.queries[i].at_right)
      overrides.push_back(
          {{"matcher", {{"id", "byFrameRefID"}, {"options", ref_id(i)}}},
           {"properties", Json::array({{{"id", "custom.axisPlacement"}, {"value", "right"}}})}});
  return overrides;
}

Json panel_of(const Panel& panel, std::size_t id, Grid& grid) {
  Json json{{"id", id}, {"type", find_kind(panel.kind)->grafana}, {"title", panel.title}};
  if (!panel.description.empty()) json["description"] = panel.description;
  json["gridPos"] = grid.place(panel);
  if (panel.kind == "row") {
    json.update({{"collapsed", false}, {"panels", Json::array()}});
    return json;
  }
  json["datasource"] = data_source();
  json["fieldConfig"] = {{"defaults", defaults_of(panel)}, {"overrides", overrides_of(panel)}};
  json["options"] = options_of(panel);
  json["targets"] = targets_of(panel);
  return json;
}

}  // namespace

std::string ref_id(std::size_t number) {
  return std::string(1, static_cast<char>('A' + number));
}

Json to_grafana(const Dashboard& dashboard) {
  Json panels = Json::array();
  Grid grid;
  for (const Panel& panel : dashboard.panels)
    panels.push_back(panel_of(panel, panels.size() + 1, grid));
  return {{"id", nullptr},
          {"uid", dashboard.uid},
          {"title", dashboard.title},
          {"description", dashboard.description},
          {"tags", dashboard.tags},
          {"schemaVersion", schema_version},
          {"editable", true},
          {"graphTooltip", 1},
          {"refresh", dashboard.refresh},
          {"time", {{"from", dashboard.from}, {"to", "now"}}},
          {"timezone", dashboard.timezone},
          {"annotations", {{"list", Json::array()}}},
          {"links", Json::array()},
          {"templating", {{"list", variables_of(dashboard)}}},
          {"panels", panels}};
}

std::string json_text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string grafana_text(const Dashboard& dashboard, bool wrap) {
  const Json json = to_grafana(dashboard);
  return json_text(wrap ? Json{{"dashboard", json}, {"overwrite", true}} : json);
}

}  // namespace outrider::dashboards
