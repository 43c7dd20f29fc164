// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_file.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "config/digest.hpp"
#include "config/problem.hpp"
#include "config/yaml_document.hpp"
#include "promql/labels.hpp"
#include "promql/parser.hpp"
#include "promql/sampling.hpp"
#include "rules/recordings.hpp"
#include "rules/yaml_reader.hpp"

namespace outrider::rules {

namespace {

bool is_metric_name(std::string name) {
  std::replace(name.begin(), name.end(), ':', '_');
  return promql::is_label_name(name);
}

/// One file's groups.
class FileLoader {
 public:
  FileLoader(YamlReader reader, const RuleFileOptions& options, RuleSet& rules)
      : reader_{std::move(reader)}, options_{options}, rules_{rules} {}

  void load(const YAML::Node& root) {
    if (root.IsNull()) return;
    if (!reader_.check_map(root, "a rule file", {"groups"})) return;
    const YAML::Node groups = root["groups"];
    if (!groups || groups.IsNull() || !reader_.check_sequence(groups, "groups")) return;
    for (const YAML::Node& group : groups) load_group(group);
  }

 private:
  void load_group(const YAML::Node& node) {
    if (!reader_.check_map(node, "a group", {"name", "interval", "limit", "rules"})) return;
    RuleGroup group;
    group.file = reader_.file();
    group.name = required_text(node, "name", "a group");
    if (!group.name.empty() && !names_.insert(group.name).second) {
      reader_.report(node["name"].Mark(), "found group " + config::in_quotes(group.name) +
                                              " twice; needed one of a name in a file; rename one");
    }
    group.interval = interval(node);
    refuse_limit(node);
    group.first_recording = rules_.recordings.size();
    const YAML::Node rules = node["rules"];
    if (rules && !rules.IsNull() && reader_.check_sequence(rules, "rules")) {
      for (const YAML::Node& rule : rules) load_rule(rule, group);
    }
    group.recording_count = rules_.recordings.size() - group.first_recording;
    rules_.groups.push_back(std::move(group));
  }

  std::chrono::nanoseconds interval(const YAML::Node& group) {
    const auto value = reader_.duration(group, "interval", options_.default_interval);
    // In Prometheus 0 stands for the default.
    return value.count() > 0 ? value : options_.default_interval;
  }

  void refuse_limit(const YAML::Node& group) {
    const YAML::Node limit = group["limit"];
    if (!limit || limit.IsNull() || (limit.IsScalar() && limit.Scalar() == "0")) return;
    reader_.report(
        limit.Mark(),
        "limit: found a limit of alerts, which this version does not support; needed none; "
        "remove it");
  }

  void load_rule(const YAML::Node& node, RuleGroup& group) {
    if (!reader_.check_map(
            node, "a rule",
            {"alert", "record", "expr", "for", "keep_firing_for", "labels", "annotations"})) {
      return;
    }
    if (node["record"]) return load_recording(node, group);
    AlertRule rule;
    rule.group = group.name;
    rule.file = reader_.file();
    rule.line = from_one(node.Mark().line);
    rule.name = required_text(node, "alert", "a rule");
    rule.timing.hold = reader_.duration(node, "for", {});
    rule.timing.keep_firing = reader_.duration(node, "keep_firing_for", {});
    rule.expression = required_text(node, "expr", "a rule");
    rule.expr = load_expression(node, rule.expression, group.interval);
    load_templates(node["labels"], "labels", rule.labels);
    load_templates(node["annotations"], "annotations", rule.annotations);
    group.rules.push_back(std::move(rule));
  }

  std::string required_text(const YAML::Node& map, const char* key, std::string_view what) {
    const YAML::Node node = map[key];
    if (!node) {
      reader_.report(map.Mark(), std::string{what} + ": found no \"" + key + "\"; needed one");
      return {};
    }
    auto text = reader_.text_of(node, key);
    if (!text) return {};
    if (text->empty())
      reader_.report(node.Mark(), std::string{key} + ": found nothing; needed a text");
    return std::move(*text);
  }

  void load_recording(const YAML::Node& node, RuleGroup& group) {
    RecordingRule rule;
    rule.group = group.name;
    rule.file = reader_.file();
    rule.name = required_text(node, "record", "a rule");
    rule.alerts_before = group.rules.size();
    if (!rule.name.empty() && !is_metric_name(rule.name))
      reader_.report(node["record"].Mark(), "record: found " + config::in_quotes(rule.name) +
                                                "; needed a metric name such as job:orders:rate1m");
    refuse_in_recording(node);
    rule.expression = required_text(node, "expr", "a rule");
    rule.expr = load_expression(node, rule.expression, group.interval);
    if (const YAML::Node expr = node["expr"]) {
      rule.line = from_one(expr.Mark().line);
      rule.column = from_one(expr.Mark().column);
    }
    load_fixed_labels(node["labels"], rule.labels);
    rules_.recordings.push_back(std::move(rule));
  }

  void refuse_in_recording(const YAML::Node& node) {
    for (const char* const key : {"alert", "for", "keep_firing_for", "annotations"}) {
      if (!node[key]) continue;
      reader_.report(node[key].Mark(), std::string{key} +
                                           ": found it beside \"record\"; needed it with an alert "
                                           "only; drop it, or make two rules");
    }
  }

  void load_fixed_labels(const YAML::Node& node, aggregate::Labels& out) {
    if (!node || node.IsNull() || !reader_.check_map(node, "labels", {})) return;
    for (const auto& entry : node) {
      const auto name = label_of(entry, "labels");
      const auto text = reader_.text_of(entry.second, name ? *name : "labels");
      if (name && text) out.emplace_back(*name, *text);
    }
  }

  /// A label's or an annotation's name; nothing, and a problem, when it is none.
  std::optional<std::string> label_of(const YAML::detail::iterator_value& entry,
                                      std::string_view what) {
    auto name = reader_.text_of(entry.first, "a name");
    if (!name) return std::nullopt;
    if (promql::is_label_name(*name) && (what != "labels" || *name != "__name__")) return name;
    reader_.report(entry.first.Mark(),
                   "found " + config::in_quotes(*name) + " in " + std::string{what} +
                       "; needed a label name other than __name__, such as severity; rename it");
    return std::nullopt;
  }

  std::shared_ptr<const promql::Expr> load_expression(const YAML::Node& map,
                                                      const std::string& text,
                                                      std::chrono::nanoseconds interval) {
    if (text.empty()) return nullptr;
    const YAML::Node node = map["expr"];
    promql::ParseResult parsed = promql::parse(text);
    for (promql::Problem& problem : parsed.problems) {
      reader_.report_in(node, problem.offset, "expr: " + problem.reason);
    }
    if (!parsed.expr) return nullptr;
    const promql::ValueType type = promql::type_of(*parsed.expr);
    if (type != promql::ValueType::vector && type != promql::ValueType::scalar) {
      reader_.report_in(node, 0,
                        "expr: found a " + std::string{promql::type_name(type)} +
                            "; needed an instant vector or a scalar; compare it with a threshold");
    }
    for (const promql::Problem& problem : promql::check_sampling(*parsed.expr, interval)) {
      reader_.report_in(node, problem.offset, "expr: " + problem.reason);
    }
    return std::move(parsed.expr);
  }

  void load_templates(const YAML::Node& node, const char* what, TemplateMap& out) {
    if (!node || node.IsNull() || !reader_.check_map(node, what, {})) return;
    for (const auto& entry : node) {
      const auto name = label_of(entry, what);
      const auto text = reader_.text_of(entry.second, name ? *name : what);
      if (!name || !text) continue;
      const bool labels = std::string_view{what} == "labels";
      load_template(entry.second, *text, labels, out.emplace_back(*name, TextTemplate{}).second);
    }
  }

  void load_template(const YAML::Node& node, const std::string& text, bool label,
                     TextTemplate& out) {
    TemplateProblem problem;
    if (!TextTemplate::parse(text, out, problem, options_.facts)) {
      reader_.report_in(node, problem.offset, problem.reason);
    } else if (label && out.uses_value()) {
      reader_.report_in(node, text.find("{{"),
                        "found $value in a label, where every value would be a new alert; needed "
                        "a fixed text or a label's value; put it into an annotation");
    }
  }

  YamlReader reader_;
  const RuleFileOptions& options_;
  RuleSet& rules_;
  std::set<std::string> names_;
};

void load_text(std::string_view text, const std::string& file, const RuleFileOptions& options,
               LoadResult& result) {
  YamlReader reader{text, file, result.problems};
  try {
    const config::YamlText found = config::read_yaml(std::string{text});
    if (!found.document) return;
    if (found.second)
      reader.report(*found.second, "found a second document; needed one a file; join them");
    FileLoader{std::move(reader), options, result.rules}.load(*found.document);
  } catch (const YAML::Exception& error) {
    result.problems.push_back({file, from_one(error.mark.line), from_one(error.mark.column),
                               config::not_yaml(error, "groups of rules")});
  }
}

/// Only of rules that are whole: the rest has been reported.
void link(LoadResult& result) {
  if (result.ok()) result.problems = link_recordings(result.rules);
}

/// Reads a file; why it cannot, else nothing.
std::string read_file(const std::string& file, std::string& text) {
  const std::string needed = "; needed a readable rule file; ";
  // Opened only when it is a file: opening a pipe would wait for a writer.
  std::error_code error;
  const auto kind = std::filesystem::status(file, error).type();
  if (kind == std::filesystem::file_type::not_found)
    return "found no such file" + needed + "correct the path";
  if (!error && kind != std::filesystem::file_type::regular)
    return "found a directory, or what is no file" + needed + "correct the path";
  std::ifstream stream{file, std::ios::binary};
  const int code = errno;
  if (!stream)
    return "found " + std::generic_category().message(code) + needed + "chmod or chown it";
  text.assign(std::istreambuf_iterator<char>{stream}, {});
  return stream.bad() ? "cannot be read to its end" + needed + "look at the disk" : std::string{};
}

}  // namespace

std::string FileProblem::text() const {
  if (line == 0) return file + ": " + reason;
  std::string place = file + ":" + std::to_string(line);
  if (column > 0) place += ":" + std::to_string(column);
  return place + ": " + reason;
}

std::vector<FileProblem> duplicate_alerts(const RuleSet& rules) {
  using Identity = std::pair<std::string, std::map<std::string, std::string>>;
  std::vector<FileProblem> problems;
  std::map<Identity, const AlertRule*> seen;
  for (const RuleGroup& group : rules.groups) {
    for (const AlertRule& rule : group.rules) {
      Identity identity{rule.name, {}};
      for (const auto& [label, text] : rule.labels) identity.second[label] = text.text();
      const auto [first, is_new] = seen.emplace(std::move(identity), &rule);
      if (is_new) continue;
      problems.push_back({rule.file, rule.line, 0,
                          "warning: found alert " + config::in_quotes(rule.name) +
                              " with the same labels as in " + first->second->file + ":" +
                              std::to_string(first->second->line) +
                              "; needed one of them to differ; rename it or add a label"});
    }
  }
  return problems;
}

LoadResult parse_rule_text(std::string_view text, const std::string& file,
                           const RuleFileOptions& options) {
  LoadResult result;
  load_text(text, file, options, result);
  link(result);
  return result;
}

LoadResult load_rule_files(const std::vector<std::string>& files, const RuleFileOptions& options) {
  LoadResult result;
  std::string all;
  for (const std::string& file : files) {
    std::string text;
    if (const std::string why = read_file(file, text); !why.empty()) {
      result.problems.push_back({file, 0, 0, why});
      continue;
    }
    load_text(text, file, options, result);
    all += text;
  }
  link(result);
  if (!files.empty()) result.rules.sha256 = config::sha256(all);
  return result;
}

}  // namespace outrider::rules
