// SPDX-License-Identifier: Apache-2.0
// What outlives a plan: alerts and their timers, over changes of the rules and
// of the series.
#include "rules/engine.hpp"

#include <gtest/gtest.h>

#include "promql/series_table.hpp"
#include "rules/rule_file.hpp"

using namespace std::chrono_literals;

namespace outrider::rules {
namespace {

using test::SeriesTable;

std::shared_ptr<const RuleSet> rules_of(const std::string& text) {
  LoadResult loaded = parse_rule_text(text, "test.yml");
  for (const FileProblem& problem : loaded.problems) ADD_FAILURE() << problem.text();
  return std::make_shared<const RuleSet>(std::move(loaded.rules));
}

std::shared_ptr<const RuleSet> rule_with(const std::string& body) {
  return rules_of("groups:\n- name: g\n  rules:\n  - alert: A\n" + body);
}

const AlertInstance& only_instance(const Plan& plan) {
  EXPECT_EQ(plan.rules()[0].instances().size(), 1U);
  return *plan.rules()[0].instances()[0];
}

TEST(Engine, KeepsTheHoldTimeOfAnUnchangedRuleOverAReload) {
  SeriesTable table;
  table.add("x", {}, 5);
  Engine engine;
  const auto before = engine.prepare(rule_with("    expr: x > 3\n    for: 5s\n"), table.schema());
  before->evaluate(table, 1s);

  const auto after =
      engine.prepare(rules_of("groups:\n- name: other\n  rules:\n  - {alert: B, expr: x > 4}\n"
                              "- name: g\n  rules:\n  - {alert: A, expr: x > 3, for: 5s}\n"),
                     table.schema());
  after->evaluate(table, 6s);

  const AlertInstance& instance = *after->rules()[1].instances()[0];
  EXPECT_EQ(instance.state, AlertState::firing);
  EXPECT_EQ(instance.active_at, 1s);
  EXPECT_EQ(&instance, &only_instance(*before));
}

TEST(Engine, StartsAChangedRuleAnew) {
  SeriesTable table;
  table.add("x", {}, 5);

  for (const std::string changed :
       {"    expr: x > 2\n    for: 5s\n", "    expr: x > 3\n    for: 5s\n    labels: {a: b}\n"}) {
    Engine engine;
    const auto before = engine.prepare(rule_with("    expr: x > 3\n    for: 5s\n"), table.schema());
    before->evaluate(table, 1s);
    const auto after = engine.prepare(rule_with(changed), table.schema());
    after->evaluate(table, 6s);
    EXPECT_EQ(only_instance(*after).state, AlertState::pending) << changed;
  }
}

TEST(Engine, StartsARuleAnewWhoseLabelNamesAnExternalLabelThatChanged) {
  SeriesTable table;
  table.add("x", {}, 5);
  Engine engine;
  const auto in = [&](const char* env) {
    LoadResult loaded = parse_rule_text(
        "groups: [{name: g, rules: [{alert: A, expr: x > 3, labels: {env: '{{ "
        "$externalLabels.env }}'}}]}]",
        "test.yml", {.facts = {{{"env", env}}, ""}});
    return std::make_shared<const RuleSet>(std::move(loaded.rules));
  };
  engine.prepare(in("paper"), table.schema())->evaluate(table, 1s);

  const auto after = engine.prepare(in("production"), table.schema());
  after->evaluate(table, 2s);

  EXPECT_EQ(promql::label_value(only_instance(*after).labels, "env"), "production");
}

TEST(Engine, AppliesAChangedHoldTimeToTheTimerThatRuns) {
  SeriesTable table;
  table.add("x", {}, 5);
  Engine engine;
  const auto before = engine.prepare(rule_with("    expr: x > 3\n    for: 1h\n"), table.schema());
  before->evaluate(table, 1s);

  const auto after = engine.prepare(rule_with("    expr: x > 3\n    for: 2s\n"), table.schema());
  after->evaluate(table, 3s);

  EXPECT_EQ(only_instance(*after).state, AlertState::firing);
}

TEST(Engine, DoesNotWaitOutTheOldIntervalAfterAReload) {
  SeriesTable table;
  table.add("x", {}, 5);
  Engine engine;
  const std::string rule = "\n  rules:\n  - {alert: A, expr: x > 3}\n";
  engine.prepare(rules_of("groups:\n- name: g\n  interval: 1h" + rule), table.schema())
      ->evaluate(table, 1s);

  const auto after =
      engine.prepare(rules_of("groups:\n- name: g\n  interval: 1s" + rule), table.schema());
  after->evaluate(table, 2s);

  EXPECT_EQ(after->rules()[0].status().evaluations, 2U);
}

TEST(Engine, KeepsAnAlertOverAChangeOfTheSeries) {
  SeriesTable table;
  table.add("x", {{"side", "a"}}, 5);
  const auto rules = rule_with("    expr: x > 3\n    for: 5s\n");
  Engine engine;
  const auto before = engine.prepare(rules, table.schema());
  before->evaluate(table, 1s);
  table.add("x", {{"side", "b"}}, 1);

  const auto after = engine.prepare(rules, table.schema());
  after->evaluate(table, 6s);

  ASSERT_EQ(after->rules()[0].instances().size(), 2U);
  EXPECT_EQ(after->rules()[0].instances()[0]->state, AlertState::firing);
  EXPECT_EQ(after->rules()[0].instances()[1]->state, AlertState::inactive);
}

TEST(Engine, ResolvesAnAlertWhoseSeriesIsGoneAndThenForgetsIt) {
  SeriesTable both;
  both.add("x", {{"side", "a"}}, 5);
  both.add("x", {{"side", "b"}}, 1);
  SeriesTable one;
  one.add("x", {{"side", "b"}}, 1);
  const auto rules = rule_with("    expr: x > 3\n");
  Engine engine;
  const auto first = engine.prepare(rules, both.schema());
  first->evaluate(both, 1s);

  const auto second = engine.prepare(rules, one.schema());
  second->evaluate(one, 2s);
  ASSERT_EQ(second->transitions().size(), 1U);
  EXPECT_EQ(second->transitions()[0].from, AlertState::firing);
  EXPECT_EQ(second->transitions()[0].to, AlertState::inactive);
  EXPECT_EQ(second->rules()[0].instances().size(), 2U);

  const auto third = engine.prepare(rules, one.schema());
  EXPECT_EQ(third->rules()[0].instances().size(), 1U);
}

TEST(Engine, KeepsAnAlertOfAGoneSeriesAsLongAsItKeepsFiring) {
  SeriesTable both;
  both.add("x", {{"side", "a"}}, 5);
  both.add("x", {{"side", "b"}}, 1);
  SeriesTable one;
  one.add("x", {{"side", "b"}}, 1);
  const auto rules = rule_with("    expr: x > 3\n    keep_firing_for: 10s\n");
  Engine engine;
  engine.prepare(rules, both.schema())->evaluate(both, 1s);

  for (int i = 0; i < 5; ++i) {
    const auto plan = engine.prepare(rules, one.schema());
    plan->evaluate(one, 2s + i * 1s);
    EXPECT_EQ(plan->rules()[0].state(), AlertState::firing);
  }
  const auto last = engine.prepare(rules, one.schema());
  last->evaluate(one, 12s);

  EXPECT_EQ(last->rules()[0].state(), AlertState::inactive);
}

TEST(Engine, TellsTwoEqualRulesApart) {
  SeriesTable table;
  table.add("x", {}, 5);
  Engine engine;
  const std::string rule = "  - {alert: A, expr: x > 3}\n";
  const auto plan =
      engine.prepare(rules_of("groups:\n- name: g\n  rules:\n" + rule + rule), table.schema());

  plan->evaluate(table, 1s);

  EXPECT_EQ(plan->transitions().size(), 2U);
  EXPECT_NE(plan->rules()[0].instances()[0], plan->rules()[1].instances()[0]);
}

TEST(Engine, KeepsHistoriesAndCountsOverAChangeOfTheSeries) {
  SeriesTable table;
  const auto x = table.add("x_total", {}, 0);
  const auto rules = rule_with("    expr: increase(x_total[10s]) > 1\n");
  Engine engine;
  engine.prepare(rules, table.schema())->evaluate(table, 1s);
  table.set(x, 100);
  table.add("y", {}, 1);

  const auto after = engine.prepare(rules, table.schema());
  after->evaluate(table, 2s);

  EXPECT_EQ(only_instance(*after).state, AlertState::firing);
  EXPECT_EQ(after->rules()[0].status().evaluations, 2U);
}

TEST(Engine, NamesTheShortestInterval) {
  Engine engine;
  const SeriesTable none;
  const auto plan = engine.prepare(rules_of("groups:\n- {name: a, interval: 5s, rules: []}\n"
                                            "- {name: b, interval: 20ms, rules: []}\n"),
                                   none.schema());

  EXPECT_EQ(plan->shortest_interval(), 20ms);
  EXPECT_EQ(engine.prepare(rules_of("groups: []\n"), none.schema())->shortest_interval(), 0ms);
}

}  // namespace
}  // namespace outrider::rules
