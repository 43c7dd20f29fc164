// SPDX-License-Identifier: Apache-2.0
#include "dashboards/description_writer.hpp"

#include <yaml-cpp/yaml.h>

#include "dashboards/description_reader.hpp"

namespace outrider::dashboards {

namespace {

/// A key and its value, where it is not what is meant without it.
void write(YAML::Emitter& out, const char* key, const std::string& value,
           std::string_view otherwise = "") {
  if (value != otherwise) out << YAML::Key << key << YAML::Value << value;
}

void write(YAML::Emitter& out, const char* key, const std::optional<double>& value) {
  if (value) out << YAML::Key << key << YAML::Value << number_text(*value);
}

void write(YAML::Emitter& out, const char* key, const std::vector<std::string>& values) {
  if (!values.empty()) out << YAML::Key << key << YAML::Value << YAML::Flow << values;
}

void write(YAML::Emitter& out, const Variable& variable) {
  out << YAML::Flow << YAML::BeginMap;
  write(out, "name", variable.name);
  write(out, "label", variable.label);
  write(out, "query", variable.query);
  write(out, "regex", variable.regex);
  write(out, "all", variable.all ? "true" : "");
  write(out, "values", variable.values);
  out << YAML::EndMap;
}

void write_thresholds(YAML::Emitter& out, const Panel& panel) {
  if (panel.thresholds.empty() && panel.base == default_base(panel)) return;
  out << YAML::Key << "thresholds" << YAML::Value << YAML::Flow << YAML::BeginMap;
  write(out, "base", panel.base);
  for (const Threshold& threshold : panel.thresholds)
    write(out, number_text(threshold.from).c_str(), threshold.colour);
  out << YAML::EndMap;
}

void write_mappings(YAML::Emitter& out, const Panel& panel) {
  if (panel.mappings.empty()) return;
  out << YAML::Key << "mappings" << YAML::Value << YAML::Flow << YAML::BeginMap;
  for (const Mapping& mapping : panel.mappings)
    write(out, number_text(mapping.value).c_str(),
          std::vector<std::string>{mapping.text, mapping.colour});
  out << YAML::EndMap;
}

void write(YAML::Emitter& out, const Panel& panel) {
  const Kind& kind = *find_kind(panel.kind);
  out << YAML::BeginMap;
  write(out, "title", panel.title);
  write(out, "kind", panel.kind);
  write(out, "description", panel.description);
  write(out, "unit", panel.unit);
  write(out, "colour", panel.colour);
  write(out, "min", panel.min);
  write(out, "max", panel.max);
  if (panel.decimals) out << YAML::Key << "decimals" << YAML::Value << *panel.decimals;
  if (panel.width != kind.width) out << YAML::Key << "width" << YAML::Value << panel.width;
  if (panel.height != kind.height) out << YAML::Key << "height" << YAML::Value << panel.height;
  write_thresholds(out, panel);
  write_mappings(out, panel);
  if (!panel.queries.empty()) {
    out << YAML::Key << "queries" << YAML::Value << YAML::BeginSeq;
    for (const Query& query : panel.queries) {
      out << YAML::BeginMap;
      write(out, "expr", query.expr);
      write(out, "legend", query.legend);
      write(out, "axis", query.at_right ? "right" : "");
      out << YAML::EndMap;
    }
    out << YAML::EndSeq;
  }
  out << YAML::EndMap;
}

void write(YAML::Emitter& out, const Dashboard& dashboard) {
  const Dashboard usual;
  out << YAML::BeginMap;
  write(out, "uid", dashboard.uid);
  write(out, "title", dashboard.title);
  write(out, "description", dashboard.description);
  write(out, "tags", dashboard.tags);
  write(out, "refresh", dashboard.refresh, usual.refresh);
  write(out, "from", dashboard.from, usual.from);
  write(out, "timezone", dashboard.timezone, usual.timezone);
  if (!dashboard.variables.empty()) {
    out << YAML::Key << "variables" << YAML::Value << YAML::BeginSeq;
    for (const Variable& variable : dashboard.variables) write(out, variable);
    out << YAML::EndSeq;
  }
  out << YAML::Key << "panels" << YAML::Value << YAML::BeginSeq;
  for (const Panel& panel : dashboard.panels) write(out, panel);
  out << YAML::EndSeq << YAML::EndMap;
}

}  // namespace

std::string description_text(const std::vector<Dashboard>& dashboards) {
  YAML::Emitter out;
  out << YAML::BeginMap << YAML::Key << "dashboards" << YAML::Value << YAML::BeginSeq;
  for (const Dashboard& dashboard : dashboards) write(out, dashboard);
  out << YAML::EndSeq << YAML::EndMap;
  return std::string{out.c_str()} + '\n';
}

}  // namespace outrider::dashboards
