// SPDX-License-Identifier: Apache-2.0
// The rule file we ship: every series it names must be one that the sidecar
// serves, with labels that it has. (Its alerts: prometheus_test.cpp.)
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "outputs/status_metrics.hpp"
#include "rules/rule_file.hpp"

namespace outrider::rules {
namespace {

std::string shipped_file() {
  return std::string{OUTRIDER_SOURCE_DIR} + "/tools/deploy/outrider.rules.yml";
}

/// Labels by name of the series, of a sidecar that has one of each thing.
std::map<std::string, std::set<std::string>> served_series() {
  outputs::Status status;
  status.last_pass_age = std::chrono::nanoseconds{1};
  status.producers.push_back({.name = "p", .state = "live"});
  status.gates.push_back({.producer = "p", .gate = "g", .state = "TRADING"});
  status.alerts.push_back({.name = "A", .state = "inactive"});
  status.trips.push_back({.scope = "global", .rule = "A"});
  status.lost.push_back({.cause = "bad id"});
  std::map<std::string, std::set<std::string>> served;
  for (const auto& family : outputs::status_families(status)) {
    std::set<std::string>& labels = served[family.name];
    for (const auto& metric : family.metric) {
      for (const auto& label : metric.label) labels.insert(label.name);
    }
  }
  served["up"];
  for (auto& [name, labels] : served) labels.insert({"__name__", "instance", "job"});
  return served;
}

/// Every selector within an expression.
class Selectors {
 public:
  explicit Selectors(const promql::Expr& expr) { walk(expr); }

  void operator()(const promql::VectorSelector& node) { found.push_back(&node); }
  void operator()(const promql::MatrixSelector& node) { found.push_back(&node.selector); }
  void operator()(const promql::Paren& node) { walk(*node.operand); }
  void operator()(const promql::Unary& node) { walk(*node.operand); }
  void operator()(const promql::Aggregation& node) { walk(*node.operand); }
  void operator()(const promql::Binary& node) {
    walk(*node.left);
    walk(*node.right);
  }
  void operator()(const promql::Call& node) {
    for (const auto& argument : node.arguments) walk(*argument);
  }
  template <typename Other>
  void operator()(const Other&) {}

  std::vector<const promql::VectorSelector*> found;

 private:
  void walk(const promql::Expr& expr) { std::visit(*this, expr.node); }
};

TEST(ShippedRules, NameOnlySeriesAndLabelsThatTheSidecarServes) {
  const auto served = served_series();
  const LoadResult loaded = load_rule_files({shipped_file()});
  for (const FileProblem& problem : loaded.problems) ADD_FAILURE() << problem.text();

  for (const RuleGroup& group : loaded.rules.groups) {
    for (const AlertRule& rule : group.rules) {
      for (const auto* selector : Selectors{*rule.expr}.found) {
        const auto series = served.find(selector->name);
        ASSERT_NE(series, served.end()) << rule.name << " names " << selector->name;
        for (const promql::LabelMatcher& matcher : selector->matchers) {
          EXPECT_TRUE(series->second.count(matcher.label()))
              << rule.name << ": " << selector->name << " has no label " << matcher.label();
        }
      }
    }
  }
}

TEST(ShippedRules, SayWhatHappenedAndWhatToDo) {
  for (const RuleGroup& group : load_rule_files({shipped_file()}).rules.groups) {
    for (const AlertRule& rule : group.rules) {
      ASSERT_EQ(rule.annotations.size(), 2U) << rule.name;
      EXPECT_EQ(rule.annotations[0].first, "summary") << rule.name;
      EXPECT_EQ(rule.annotations[1].first, "description") << rule.name;
      ASSERT_EQ(rule.labels.size(), 1U) << rule.name;
      EXPECT_EQ(rule.labels[0].first, "severity") << rule.name;
    }
  }
}

}  // namespace
}  // namespace outrider::rules
