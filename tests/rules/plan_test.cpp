// SPDX-License-Identifier: Apache-2.0
// Rules from text to transitions, on a table of series.
#include "rules/plan.hpp"

#include <gtest/gtest.h>

#include "promql/series_table.hpp"
#include "rules/engine.hpp"
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

/// A file with one group, evaluated each 100 ms, and one rule.
std::shared_ptr<const RuleSet> one_rule(const std::string& expr, const std::string& more = {}) {
  return rules_of("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: " + expr + "\n" + more);
}

const AlertInstance& only_instance(const Plan& plan) {
  return *plan.rules()[0].instances()[0];
}

TEST(Plan, RaisesAnAlertForEachSeriesThatMeetsTheCondition) {
  SeriesTable table;
  table.add("x", {{"side", "a"}}, 1);
  table.add("x", {{"side", "b"}}, 5);
  Engine engine;
  const auto plan = engine.prepare(one_rule("x > 3"), table.schema());

  plan->evaluate(table, 1s);

  ASSERT_EQ(plan->transitions().size(), 1U);
  const Transition& transition = plan->transitions()[0];
  EXPECT_EQ(transition.to, AlertState::firing);
  EXPECT_EQ(transition.value, 5);
  EXPECT_EQ(transition.instance->labels, (aggregate::Labels{{"alertname", "A"}, {"side", "b"}}));
}

TEST(Plan, WaitsForTheGroupsInterval) {
  SeriesTable table;
  const auto x = table.add("x", {}, 1);
  Engine engine;
  const auto plan = engine.prepare(one_rule("x > 3"), table.schema());
  plan->evaluate(table, 1s);
  table.set(x, 5);

  plan->evaluate(table, 1099ms);
  EXPECT_EQ(only_instance(*plan).state, AlertState::inactive);
  plan->evaluate(table, 1100ms);
  EXPECT_EQ(only_instance(*plan).state, AlertState::firing);
}

TEST(Plan, EvaluatesAtEveryPassWhatIsAskedFor) {
  SeriesTable table;
  const auto x = table.add("x", {}, 1);
  Engine engine;
  const auto plan =
      engine.prepare(one_rule("x > 3"), table.schema(), [](const AlertRule&) { return true; });
  plan->evaluate(table, 1s);
  table.set(x, 5);

  plan->evaluate(table, 1s + 10us);

  EXPECT_EQ(only_instance(*plan).state, AlertState::firing);
}

TEST(Plan, CountsTheAlertsOfARuleThatWaitAndFireAndHaveFired) {
  SeriesTable table;
  const auto a = table.add("x", {{"side", "a"}}, 5);
  table.add("x", {{"side", "b"}}, 5);
  Engine engine;
  const auto plan = engine.prepare(one_rule("x > 3", "    for: 1s\n"), table.schema());
  const RuleStatus& status = plan->rules()[0].status();

  plan->evaluate(table, 1s);
  EXPECT_EQ(status.pending, 2U);
  EXPECT_EQ(status.firing, 0U);
  plan->evaluate(table, 2s);
  EXPECT_EQ(status.pending, 0U);
  EXPECT_EQ(status.firing, 2U);
  table.set(a, 1);
  plan->evaluate(table, 3s);
  EXPECT_EQ(status.firing, 1U);
  table.set(a, std::nullopt);
  plan->evaluate(table, 4s);
  EXPECT_EQ(status.firing, 1U);
  EXPECT_EQ(status.fired, 2U);
}

TEST(Plan, HasNoDataWhileTheSeriesHasNoValue) {
  SeriesTable table;
  const auto x = table.add("x");
  Engine engine;
  const auto plan = engine.prepare(one_rule("x > 3"), table.schema());

  plan->evaluate(table, 1s);
  EXPECT_EQ(plan->rules()[0].state(), AlertState::no_data);
  ASSERT_EQ(plan->transitions().size(), 1U);
  EXPECT_EQ(plan->transitions()[0].instance, nullptr);
  EXPECT_EQ(plan->transitions()[0].to, AlertState::no_data);

  table.set(x, 1);
  plan->evaluate(table, 2s);
  EXPECT_EQ(plan->rules()[0].state(), AlertState::inactive);
}

TEST(Plan, HasNoDataWhenNoSeriesMatches) {
  SeriesTable table;
  table.add("y", {}, 1);
  Engine engine;
  const auto plan = engine.prepare(one_rule("x > 3"), table.schema());

  plan->evaluate(table, 1s);

  EXPECT_TRUE(plan->rules()[0].status().no_data);
}

TEST(Plan, IsInactiveWhenTheSeriesIsThereAndTheResultEmpty) {
  SeriesTable table;
  table.add("up", {}, 1);
  Engine engine;
  const auto plan = engine.prepare(one_rule("up == 0"), table.schema());

  plan->evaluate(table, 1s);

  EXPECT_FALSE(plan->rules()[0].status().no_data);
}

TEST(Plan, NeverCallsAbsentWithoutData) {
  SeriesTable table;
  table.add("y", {}, 1);
  Engine engine;
  const auto plan = engine.prepare(one_rule("absent(x)"), table.schema());

  plan->evaluate(table, 1s);

  EXPECT_EQ(plan->rules()[0].state(), AlertState::firing);
  EXPECT_FALSE(plan->rules()[0].status().no_data);
}

TEST(Plan, HasNoDataRatherThanAResolvedAlertWhenTheSeriesGoesMissing) {
  SeriesTable table;
  const auto x = table.add("x", {}, 5);
  Engine engine;
  const auto plan = engine.prepare(one_rule("x > 3"), table.schema());
  plan->evaluate(table, 1s);
  table.set(x, std::nullopt);

  plan->evaluate(table, 2s);

  EXPECT_EQ(only_instance(*plan).state, AlertState::no_data);
  EXPECT_EQ(plan->rules()[0].state(), AlertState::no_data);
}

TEST(Plan, CountsAFailedEvaluationAndLeavesItsAlertsAsTheyWere) {
  SeriesTable table;
  table.add("x", {{"side", "a"}}, 5);
  const auto second = table.add("x", {{"side", "b"}});
  table.add("y", {}, 1);
  Engine engine;
  const auto plan = engine.prepare(one_rule("x > on() y"), table.schema());
  plan->evaluate(table, 1s);
  table.set(second, 6);

  plan->evaluate(table, 2s);

  const BoundRule& rule = plan->rules()[0];
  EXPECT_EQ(rule.status().evaluations, 2U);
  EXPECT_EQ(rule.status().failures, 1U);
  EXPECT_NE(rule.status().error, nullptr);
  EXPECT_TRUE(rule.status().no_data);
  EXPECT_EQ(rule.state(), AlertState::firing);
}

TEST(Plan, FailsWhenTheRulesLabelsMakeTwoResultsOne) {
  SeriesTable table;
  table.add("x", {{"side", "a"}}, 5);
  table.add("x", {{"side", "b"}}, 6);
  Engine engine;
  const auto plan = engine.prepare(one_rule("x > 3", "    labels: {side: both}\n"), table.schema());

  plan->evaluate(table, 1s);

  EXPECT_EQ(plan->rules()[0].status().failures, 1U);
}

TEST(Plan, ExpandsLabelsAndAnnotations) {
  SeriesTable table;
  table.add("x", {{"venue", "binance"}}, 0.25);
  Engine engine;
  const auto rules =
      one_rule("x > 0",
               "    labels: {scope: '{{ $labels.venue }}/all'}\n"
               "    annotations: {summary: '{{ $labels.venue }} at {{ $value }}'}\n");
  const auto plan = engine.prepare(rules, table.schema());

  plan->evaluate(table, 1s);

  const AlertInstance& instance = only_instance(*plan);
  EXPECT_EQ(
      instance.labels,
      (aggregate::Labels{{"alertname", "A"}, {"scope", "binance/all"}, {"venue", "binance"}}));
  const auto annotations =
      expand_annotations(plan->rules()[0].rule(), instance.source_labels, instance.value);
  EXPECT_EQ(annotations, (aggregate::Labels{{"summary", "binance at 0.25"}}));
}

TEST(Plan, MissesNoGridPointAndMakesNoneUpAfterAPause) {
  SeriesTable table;
  table.add("x", {}, 1);
  Engine engine;
  const auto plan = engine.prepare(one_rule("x > 3"), table.schema());
  const RuleStatus& status = plan->rules()[0].status();

  for (auto now = 1000ms; now < 2000ms; now += 7ms) plan->evaluate(table, now);
  EXPECT_EQ(status.evaluations, 10U);
  plan->evaluate(table, 60s);
  plan->evaluate(table, 60s + 50ms);
  EXPECT_EQ(status.evaluations, 11U);
}

}  // namespace
}  // namespace outrider::rules
