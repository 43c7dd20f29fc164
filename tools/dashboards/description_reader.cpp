// SPDX-License-Identifier: Apache-2.0
#include "dashboards/description_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>

#include "config/problem.hpp"
#include "config/yaml_document.hpp"
#include "dashboards/variables.hpp"
#include "promql/parser.hpp"
#include "rules/yaml_reader.hpp"

namespace outrider::dashboards {

namespace {

constexpr std::size_t most_queries = 26;  // Grafana calls them A to Z

/// One file's descriptions, and its problems.
class Reader {
 public:
  Reader(const std::string& text, const std::string& file, Described& into)
      : yaml_{text, file, into.problems}, into_{into} {}

  void read(const YAML::Node& document) {
    if (!yaml_.check_map(document, "dashboards", {"dashboards"})) return;
    const YAML::Node list = document["dashboards"];
    if (!list) return yaml_.report(document.Mark(), "found no key \"dashboards\"; needed it");
    if (!yaml_.check_sequence(list, "dashboards")) return;
    for (const YAML::Node& node : list) into_.dashboards.push_back(read_dashboard(node));
  }

 private:
  Dashboard read_dashboard(const YAML::Node& node) {
    Dashboard dashboard;
    if (!yaml_.check_map(node, "a dashboard",
                         {"uid", "title", "description", "tags", "refresh", "from", "timezone",
                          "variables", "panels"}))
      return dashboard;
    dashboard.uid = needed(node, "a dashboard", "uid");
    check_uid(node["uid"], dashboard.uid);
    dashboard.title = needed(node, "a dashboard", "title");
    take(node, "description", dashboard.description);
    take(node, "refresh", dashboard.refresh);
    take(node, "from", dashboard.from);
    take(node, "timezone", dashboard.timezone);
    dashboard.tags = texts(node, "tags");
    for (const YAML::Node& each : list(node, "variables"))
      dashboard.variables.push_back(read_variable(each));
    variables_ = &dashboard.variables;
    for (const YAML::Node& each : list(node, "panels"))
      dashboard.panels.push_back(read_panel(each));
    return dashboard;
  }

  void check_uid(const YAML::Node& node, const std::string& uid) {
    const bool is_good =
        uid.size() <= 40 && std::all_of(uid.begin(), uid.end(), [](unsigned char c) {
          return std::isalnum(c) != 0 || c == '-' || c == '_';
        });
    if (!is_good) {
      yaml_.report(node.Mark(), "uid: found " + config::in_quotes(uid) +
                                    "; needed letters, digits, - and _, 40 of them at most: it is "
                                    "also the name of the file");
    } else if (!uid.empty() && !uids_.insert(uid).second) {
      yaml_.report(node.Mark(), "uid: found " + config::in_quotes(uid) +
                                    " again; needed one that no other dashboard has");
    }
  }

  Variable read_variable(const YAML::Node& node) {
    Variable variable;
    if (!yaml_.check_map(node, "a variable", {"name", "label", "query", "regex", "all", "values"}))
      return variable;
    variable.name = needed(node, "a variable", "name");
    take(node, "label", variable.label);
    take(node, "query", variable.query);
    take(node, "regex", variable.regex);
    variable.values = texts(node, "values");
    if (const YAML::Node all = node["all"]) {
      const auto text = yaml_.text_of(all, "all").value_or("");
      variable.all = text == "true";
      if (text != "true" && text != "false")
        yaml_.report(all.Mark(),
                     "all: found " + config::in_quotes(text) + "; needed true or false");
    }
    if (variable.query.empty() == variable.values.empty())
      yaml_.report(node.Mark(), "variable " + config::in_quotes(variable.name) +
                                    ": needed either a query or values");
    return variable;
  }

  Panel read_panel(const YAML::Node& node) {
    Panel panel;
    if (!yaml_.check_map(node, "a panel",
                         {"title", "kind", "description", "unit", "colour", "min", "max",
                          "decimals", "width", "height", "thresholds", "mappings", "queries"}))
      return panel;
    panel.title = needed(node, "a panel", "title");
    panel.kind = needed(node, "a panel", "kind");
    const Kind* kind = find_kind(panel.kind);
    if (kind == nullptr) {
      if (node["kind"]) yaml_.report(node["kind"].Mark(), needed_kind(panel.kind));
      return panel;
    }
    take(node, "description", panel.description);
    take(node, "unit", panel.unit);
    take(node, "colour", panel.colour);
    panel.min = number(node, "min");
    panel.max = number(node, "max");
    if (node["decimals"]) panel.decimals = whole(node, "decimals", 0, 20);
    panel.width = node["width"] ? whole(node, "width", 1, 24) : kind->width;
    panel.height = node["height"] ? whole(node, "height", 1, 100) : kind->height;
    panel.base = default_base(panel);
    read_thresholds(node["thresholds"], panel);
    read_mappings(node["mappings"], panel);
    for (const YAML::Node& each : list(node, "queries")) panel.queries.push_back(read_query(each));
    if (panel.queries.size() > most_queries)
      yaml_.report(node["queries"].Mark(), "queries: found " +
                                               std::to_string(panel.queries.size()) + "; needed " +
                                               std::to_string(most_queries) + " at most");
    if (panel.kind != "row" && panel.queries.empty())
      yaml_.report(node.Mark(),
                   "panel " + config::in_quotes(panel.title) + ": needed one query at least");
    return panel;
  }

  static std::string needed_kind(const std::string& found) {
    std::string text = "kind: found " + config::in_quotes(found) + "; needed ";
    for (const Kind& kind : kinds)
      text += std::string{kind.name} + (&kind == &kinds.back() ? "" : ", ");
    return text;
  }

  Query read_query(const YAML::Node& node) {
    Query query;
    if (!yaml_.check_map(node, "a query", {"expr", "legend", "axis"})) return query;
    query.expr = needed(node, "a query", "expr");
    take(node, "legend", query.legend);
    if (const YAML::Node axis = node["axis"]) {
      const auto side = yaml_.text_of(axis, "axis").value_or("");
      query.at_right = side == "right";
      if (!query.at_right)
        yaml_.report(axis.Mark(), "axis: found " + config::in_quotes(side) +
                                      "; needed right, or no axis: then it is the left one");
    }
    std::size_t offset = 0;
    const std::string problem = problem_of(query.expr, *variables_, offset);
    if (node["expr"] && !problem.empty()) yaml_.report_in(node["expr"], offset, problem);
    return query;
  }

  void read_thresholds(const YAML::Node& node, Panel& panel) {
    if (!node || !yaml_.check_map(node, "thresholds", {})) return;
    for (const auto& entry : node) {
      const std::string colour = yaml_.text_of(entry.second, "a colour").value_or("");
      if (entry.first.IsScalar() && entry.first.Scalar() == "base") {
        panel.base = colour;
      } else if (const auto from = to_number(entry.first, "a threshold")) {
        if (!panel.thresholds.empty() && panel.thresholds.back().from >= *from)
          yaml_.report(entry.first.Mark(), "a threshold: found " + number_text(*from) +
                                               " after a larger one; needed them to rise");
        panel.thresholds.push_back({*from, colour});
      }
    }
  }

  void read_mappings(const YAML::Node& node, Panel& panel) {
    if (!node || !yaml_.check_map(node, "mappings", {})) return;
    for (const auto& entry : node) {
      const auto value = to_number(entry.first, "a mapping");
      if (!entry.second.IsSequence() || entry.second.size() != 2) {
        yaml_.report(entry.second.Mark(), "a mapping: needed [word, colour]");
      } else if (value) {
        panel.mappings.push_back({*value, yaml_.text_of(entry.second[0], "a word").value_or(""),
                                  yaml_.text_of(entry.second[1], "a colour").value_or("")});
      }
    }
  }

  std::string needed(const YAML::Node& map, std::string_view what, const char* key) {
    std::string text;
    take(map, key, text);
    if (text.empty())
      yaml_.report(map.Mark(),
                   std::string{what} + ": found no " + key + "; needed " + key + ": TEXT");
    return text;
  }

  void take(const YAML::Node& map, const char* key, std::string& into) {
    if (const YAML::Node node = map[key]) into = yaml_.text_of(node, key).value_or(into);
  }

  /// Empty where there is none.
  YAML::Node list(const YAML::Node& map, const char* key) {
    const YAML::Node node = map[key];
    return node && yaml_.check_sequence(node, key) ? node : YAML::Node{YAML::NodeType::Sequence};
  }

  std::vector<std::string> texts(const YAML::Node& map, const char* key) {
    std::vector<std::string> found;
    for (const YAML::Node& each : list(map, key))
      found.push_back(yaml_.text_of(each, key).value_or(""));
    return found;
  }

  std::optional<double> to_number(const YAML::Node& node, const char* what) {
    const std::string text = yaml_.text_of(node, what).value_or("");
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && end == text.data() + text.size() && std::isfinite(value))
      return value;
    yaml_.report(node.Mark(), std::string{what} + ": found " + config::in_quotes(text) +
                                  "; needed a number such as 0.5");
    return std::nullopt;
  }

  std::optional<double> number(const YAML::Node& map, const char* key) {
    const YAML::Node node = map[key];
    return node ? to_number(node, key) : std::nullopt;
  }

  int whole(const YAML::Node& map, const char* key, int least, int most) {
    const double value = number(map, key).value_or(least);
    if (value >= least && value <= most && value == std::floor(value))
      return static_cast<int>(value);
    yaml_.report(map[key].Mark(), std::string{key} + ": found " + number_text(value) +
                                      "; needed a whole number from " + std::to_string(least) +
                                      " to " + std::to_string(most));
    return least;
  }

  rules::YamlReader yaml_;
  Described& into_;
  const std::vector<Variable>* variables_ = nullptr;
  std::set<std::string> uids_;
};

constexpr std::string_view what_is_needed =
    "descriptions of dashboards, as a profile's dashboards.yml";

}  // namespace

std::string number_text(double number) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

std::string problem_of(const std::string& expression, const std::vector<Variable>& variables,
                       std::size_t& offset) {
  const Filled filled = fill_in(expression, sample_values(variables));
  const promql::ParseResult parsed = promql::parse_grammar(filled.text);
  if (parsed.problems.empty()) return "";
  offset = filled.from[std::min(parsed.problems[0].offset, filled.text.size())];
  return parsed.problems[0].reason;
}

Described read_description(const std::string& text, const std::string& file) {
  Described described;
  try {
    const config::YamlText yaml = config::read_yaml(text);
    if (yaml.second) {
      described.problems.push_back({file, rules::from_one(yaml.second->line),
                                    rules::from_one(yaml.second->column),
                                    "found a second document; needed one"});
    } else if (!yaml.document) {
      described.problems.push_back(
          {file, 1, 1, "found nothing; needed " + std::string{what_is_needed}});
    } else {
      Reader{text, file, described}.read(*yaml.document);
    }
  } catch (const YAML::Exception& error) {
    described.problems.push_back({file, rules::from_one(error.mark.line),
                                  rules::from_one(error.mark.column),
                                  config::not_yaml(error, what_is_needed)});
  }
  return described;
}

Described read_description_file(const std::string& file) {
  std::ifstream stream{file};
  std::ostringstream text;
  text << stream.rdbuf();
  if (stream && !text.str().empty()) return read_description(text.str(), file);
  return {{},
          {{file, 0, 0, "found no text that can be read; needed " + std::string{what_is_needed}}}};
}

}  // namespace outrider::dashboards
