// SPDX-License-Identifier: Apache-2.0
// The rule file we ship: every series it names must be one that the sidecar
// declares. (Its alerts: prometheus_test.cpp.)
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "rules/rule_file.hpp"

namespace outrider::rules {
namespace {

std::string shipped_file() {
  return std::string{OUTRIDER_SOURCE_DIR} + "/tools/deploy/outrider.rules.yml";
}

/// Where the sidecar declares its own series, each name as a literal.
std::string declarations() {
  std::string all;
  for (const char* const name :
       {"/sidecar/own_series.cpp", "/sidecar/directive_series.cpp", "/sidecar/rule_series.cpp"}) {
    std::ifstream file{OUTRIDER_SOURCE_DIR + std::string{name}};
    all.append(std::istreambuf_iterator<char>{file}, {});
  }
  return all;
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

TEST(ShippedRules, LoadHereToo) {
  const LoadResult loaded = load_rule_files({shipped_file()});

  for (const FileProblem& problem : loaded.problems) ADD_FAILURE() << problem.text();
  EXPECT_GT(loaded.rules.rule_count(), 10U);
}

TEST(ShippedRules, NameOnlySeriesThatTheSidecarDeclares) {
  const std::string declared = declarations();
  ASSERT_FALSE(declared.empty());

  for (const RuleGroup& group : load_rule_files({shipped_file()}).rules.groups) {
    for (const AlertRule& rule : group.rules) {
      for (const auto* selector : Selectors{*rule.expr}.found) {
        if (selector->name == "up") continue;  // Prometheus' own
        EXPECT_NE(declared.find('"' + selector->name + '"'), declared.npos)
            << rule.name << " names " << selector->name;
      }
    }
  }
}

TEST(ShippedRules, SayWhatHappenedAndWhatToDo) {
  for (const RuleGroup& group : load_rule_files({shipped_file()}).rules.groups) {
    for (const AlertRule& rule : group.rules) {
      ASSERT_EQ(rule.annotations.size(), 3U) << rule.name;
      EXPECT_EQ(rule.annotations[0].first, "summary") << rule.name;
      EXPECT_EQ(rule.annotations[1].first, "description") << rule.name;
      EXPECT_EQ(rule.annotations[2].first, "runbook_url") << rule.name;
      ASSERT_EQ(rule.labels.size(), 1U) << rule.name;
      EXPECT_EQ(rule.labels[0].first, "severity") << rule.name;
    }
  }
}

}  // namespace
}  // namespace outrider::rules
