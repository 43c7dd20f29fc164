// SPDX-License-Identifier: Apache-2.0
// What a rule gets wrong of the metrics that there are.
#include <set>
#include <variant>

#include "config/problem.hpp"
#include "promql/labels.hpp"
#include "rules/findings.hpp"
#include "rules/walk.hpp"

namespace outrider::rules {

namespace {

using config::in_quotes;
using promql::Expr;

std::string listed(const std::set<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : ", ") + in_quotes(value);
  return text;
}

/// One rule beside the catalogue.
class AgainstMetrics {
 public:
  AgainstMetrics(const MetricCatalogue& metrics, const std::set<std::string>& recorded)
      : metrics_{metrics}, recorded_{recorded} {}

  std::vector<std::string> find(const Expr& expr) {
    walk(expr, [this](const Expr& each) {
      if (const promql::VectorSelector* selector = selector_of(each)) look(*selector);
      if (const auto* call = std::get_if<promql::Call>(&each.node)) look(*call);
      if (const auto* binary = std::get_if<promql::Binary>(&each.node)) look(*binary);
    });
    return std::move(said_);
  }

 private:
  [[nodiscard]] bool is_elsewhere(const std::string& name) const {
    return name.empty() || name == "up" || name == "ALERTS" || name.starts_with("outrider_") ||
           name.starts_with("process_") || recorded_.contains(name);
  }

  void look(const promql::VectorSelector& selector) {
    if (is_elsewhere(selector.name)) return;
    const KnownMetric* metric = metrics_.find(selector.name);
    if (metric == nullptr) {
      const std::string nearest = metrics_.nearest(selector.name);
      return say("found " + in_quotes(selector.name) +
                 ", which nothing publishes, so the rule has no data; needed a metric of the " +
                 "profile" + (nearest.empty() ? "" : "; is it " + in_quotes(nearest) + "?"));
    }
    for (const promql::LabelMatcher& matcher : selector.matchers) look(matcher, *metric);
  }

  void look(const promql::LabelMatcher& matcher, const KnownMetric& metric) {
    const auto label = metric.labels.find(matcher.label());
    if (matcher.kind() != promql::MatchKind::equal || label == metric.labels.end()) return;
    const std::set<std::string>& values = label->second;
    if (values.contains("...") || values.contains(matcher.value()) || matcher.value().empty())
      return;
    say("found " + matcher.label() + '=' + in_quotes(matcher.value()) +
        ", a value that no series has; needed one of " + listed(values));
  }

  void look(const promql::Call& call) {
    const bool grows = call.function->name == "rate" || call.function->name == "irate" ||
                       call.function->name == "increase";
    if (!grows || call.arguments.empty()) return;
    const promql::VectorSelector* selector = selector_of(promql::strip_parens(*call.arguments[0]));
    const KnownMetric* metric = selector == nullptr ? nullptr : metrics_.find(selector->name);
    if (metric != nullptr && metric->type == "gauge")
      say("found " + std::string{call.function->name} + " of " + in_quotes(selector->name) +
          ", a gauge: each fall of it reads as a restart; needed a counter; write delta or "
          "avg_over_time");
  }

  /// A quantile of buckets never exceeds the last of them.
  void look(const promql::Binary& binary) {
    const bool above = binary.op == promql::BinaryOperator::greater;
    const auto* number =
        std::get_if<promql::NumberLiteral>(&promql::strip_parens(*binary.right).node);
    const auto* call = std::get_if<promql::Call>(&promql::strip_parens(*binary.left).node);
    if (!above || number == nullptr || call == nullptr ||
        call->function->name != "histogram_quantile")
      return;
    walk(*call->arguments.back(), [&](const Expr& each) {
      const promql::VectorSelector* selector = selector_of(each);
      const KnownMetric* metric = selector == nullptr ? nullptr : metrics_.find(selector->name);
      if (metric == nullptr || metric->last_bound <= 0 || number->value < metric->last_bound)
        return;
      say("found a quantile of " + in_quotes(selector->name) +
          " compared with the last of its buckets, which it never exceeds; needed a lower limit, "
          "or another bucket");
    });
  }

  void say(const std::string& what) { said_.push_back("warning: " + what); }

  const MetricCatalogue& metrics_;
  const std::set<std::string>& recorded_;
  std::vector<std::string> said_;
};

}  // namespace

void find_unknown_series(const RuleSet& rules, const MetricCatalogue& metrics,
                         std::vector<FileProblem>& found) {
  std::set<std::string> recorded;
  for (const RecordingRule& rule : rules.recordings) recorded.insert(rule.name);
  const auto look = [&](const auto& rule) {
    for (std::string& sentence : AgainstMetrics{metrics, recorded}.find(*rule.expr))
      found.push_back({rule.file, rule.line, 0, std::move(sentence)});
  };
  for (const RecordingRule& rule : rules.recordings) look(rule);
  for (const RuleGroup& group : rules.groups) {
    for (const AlertRule& rule : group.rules) look(rule);
  }
}

}  // namespace outrider::rules
