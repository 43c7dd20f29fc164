// SPDX-License-Identifier: Apache-2.0
#include "rules/summary_fields.hpp"

#include "promql/parser.hpp"
#include "promql/sampling.hpp"
#include "rules/recordings.hpp"

namespace outrider::rules {

namespace {

/// How old a value may be when it is told.
constexpr std::chrono::seconds field_interval{1};

std::size_t from(int one_based) {
  return static_cast<std::size_t>(one_based);
}

/// One field's problems, at the place of its expression.
class FieldCheck {
 public:
  FieldCheck(std::string path, const std::string& file, std::vector<FileProblem>& problems)
      : path_{std::move(path)}, file_{file}, problems_{problems} {}

  std::shared_ptr<const promql::Expr> expression(const config::SummaryField& field) {
    if (field.expr.empty()) return nullptr;  // which was told
    promql::ParseResult parsed = promql::parse(field.expr);
    for (const promql::Problem& problem : parsed.problems) report(field.place, problem.reason);
    if (!parsed.expr) return nullptr;
    const promql::ValueType type = promql::type_of(*parsed.expr);
    if (type != promql::ValueType::vector && type != promql::ValueType::scalar)
      report(field.place, "found a " + std::string{promql::type_name(type)} +
                              "; needed an instant vector or a scalar; take a function of it");
    for (const promql::Problem& problem : promql::check_sampling(*parsed.expr, field_interval))
      report(field.place,
             problem.reason + "; a field's interval is 1s, a rule file's may be another");
    return std::move(parsed.expr);
  }
  void text(const config::SummaryField& field) {
    TextTemplate unused;
    TemplateProblem problem;
    if (!TextTemplate::parse(field.text, unused, problem)) report(field.text_place, problem.reason);
  }

 private:
  void report(const config::Place& place, const std::string& reason) {
    problems_.push_back({file_, from(place.line), from(place.column), path_ + ": " + reason});
  }

  std::string path_;
  const std::string& file_;
  std::vector<FileProblem>& problems_;
};

std::string path_of(std::size_t summary, const config::SummaryField& field) {
  return "alerting.summaries[" + std::to_string(summary) + "].fields." + field.name;
}

}  // namespace

std::vector<FileProblem> check_summary_fields(const std::vector<config::SummaryConfig>& summaries,
                                              const std::string& file) {
  std::vector<FileProblem> problems;
  for (std::size_t i = 0; i < summaries.size(); ++i) {
    for (const config::SummaryField& field : summaries[i].fields) {
      FieldCheck check{path_of(i, field), file, problems};
      check.expression(field);
      check.text(field);
    }
  }
  return problems;
}

std::vector<FileProblem> add_summary_fields(RuleSet& rules,
                                            const std::vector<config::SummaryConfig>& summaries,
                                            const std::string& file) {
  if (summaries.empty()) return {};
  RuleGroup group;
  group.name = summary_series;
  group.file = file;
  group.interval = field_interval;
  group.first_recording = rules.recordings.size();
  std::vector<FileProblem> told;
  for (const config::SummaryConfig& summary : summaries) {
    for (const config::SummaryField& field : summary.fields) {
      RecordingRule rule;
      rule.group = group.name;
      rule.name = summary_series;
      rule.expression = field.expr;
      rule.expr = FieldCheck{"", file, told}.expression(field);
      rule.labels = {{field_label, field.name}, {summary_label, summary.name}};
      rule.file = file;
      rule.line = from(field.place.line);
      rule.column = from(field.place.column);
      rules.recordings.push_back(std::move(rule));
    }
  }
  rules.field_count = group.recording_count = rules.recordings.size() - group.first_recording;
  rules.groups.push_back(std::move(group));
  return link_recordings(rules);
}

}  // namespace outrider::rules
