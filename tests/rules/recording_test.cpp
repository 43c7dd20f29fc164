// SPDX-License-Identifier: Apache-2.0
// Recording rules beyond what promtool can judge: what is refused, what failure
// and missing data do to the rules that read them, what outlives a plan.
#include <gtest/gtest.h>

#include "promql/series_table.hpp"
#include "rules/engine.hpp"
#include "rules/rule_file.hpp"

using namespace std::chrono_literals;

namespace outrider::rules {
namespace {

using test::SeriesTable;

LoadResult load(const std::string& rules) {
  return parse_rule_text("groups:\n- name: g\n  interval: 1s\n  rules:\n" + rules, "f");
}

std::string problems_of(const std::string& rules) {
  std::string all;
  for (const FileProblem& problem : load(rules).problems) all += problem.text().substr(2) + "\n";
  return all;
}

std::shared_ptr<const RuleSet> rules_of(const std::string& text) {
  LoadResult loaded = load(text);
  for (const FileProblem& problem : loaded.problems) ADD_FAILURE() << problem.text();
  return std::make_shared<const RuleSet>(std::move(loaded.rules));
}

const std::string record_sum = "  - {record: 'all:x:sum', expr: sum(x)}\n";
const std::string alert_on_sum = "  - {alert: A, expr: 'all:x:sum > 3'}\n";

TEST(RecordingRule, IsLoadedWithItsFixedLabelsAndItsPlaceAmongTheAlerts) {
  const LoadResult loaded =
      load("  - {alert: A, expr: x}\n  - {record: 'a:b', expr: x, labels: {t: '{{ $value }}'}}\n");

  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded.rules.rule_count(), 2U);
  const RecordingRule& rule = loaded.rules.recordings[0];
  EXPECT_EQ(rule.name, "a:b");
  EXPECT_EQ(rule.alerts_before, 1U);
  EXPECT_EQ(rule.labels, (aggregate::Labels{{"t", "{{ $value }}"}}));
}

TEST(RecordingRule, IsRefusedWithWhatOnlyAnAlertHas) {
  EXPECT_EQ(problems_of("  - {record: 'a:b', expr: x, for: 1s}\n"),
            "5:35: for: found it beside \"record\"; needed it with an alert only; drop it, or make "
            "two rules\n");
  EXPECT_EQ(problems_of("  - {record: 'a b', expr: x}\n"),
            "5:14: record: found \"a b\"; needed a metric name such as job:orders:rate1m\n");
  EXPECT_EQ(problems_of("  - {record: a, expr: x, labels: {__name__: b}}\n"),
            "5:35: found \"__name__\" in labels; needed a label name other than __name__, such as "
            "severity; rename it\n");
  EXPECT_EQ(problems_of("  - {record: a, expr: 'x >'}\n").substr(0, 11), "5:27: expr:");
}

TEST(RecordingRule, IsRefusedWhenItIsMadeOfItself) {
  const std::string needed = "; needed other series; name the metrics that it is made of\n";
  EXPECT_EQ(problems_of("  - {record: a, expr: 'max_over_time(a[5m]) or x'}\n"),
            "5:23: expr: found \"a\" in the expression that records it" + needed);
  EXPECT_EQ(problems_of("  - {record: a, expr: 'count({job=\"j\"})'}\n"),
            "5:23: expr: found \"a\" in the expression that records it" + needed);
  EXPECT_EQ(
      problems_of("  - {record: a, expr: b + 1}\n  - {record: b, expr: c}\n"
                  "  - {record: c, expr: sum(a)}\n"),
      "5:23: expr: found \"a\", which is made of \"b\", which is made of \"c\", which is made "
      "of the first" +
          needed);
  EXPECT_EQ(problems_of("  - {record: a, expr: b + 1}\n  - {record: b, expr: c}\n"), "");
}

TEST(RecordingRule, IsSeenByAnAlertOfTheSameEvaluation) {
  SeriesTable table;
  table.add("x", {{"n", "1"}}, 2);
  table.add("x", {{"n", "2"}}, 2);
  Engine engine;
  const auto plan = engine.prepare(rules_of(record_sum + alert_on_sum), table.schema());

  plan->evaluate(table, 1s);

  EXPECT_EQ(plan->rules()[0].state(), AlertState::firing);
  EXPECT_EQ(plan->rules()[0].instances()[0]->value, 4);
}

TEST(RecordingRule, IsEvaluatedAtEachPassForAnAlertThatIs) {
  SeriesTable table;
  const auto x = table.add("x", {}, 1);
  Engine engine;
  const auto plan =
      engine.prepare(rules_of("  - {record: b, expr: a}\n  - {record: a, expr: x}\n"
                              "  - {record: other, expr: x}\n  - {alert: A, expr: b > 3}\n"),
                     table.schema(), [](const AlertRule&) { return true; });
  plan->evaluate(table, 1s);
  table.set(x, 5);

  plan->evaluate(table, 1001ms);  // `b` stands before `a` and sees it a pass later
  plan->evaluate(table, 1002ms);

  EXPECT_EQ(plan->rules()[0].state(), AlertState::firing);
  EXPECT_EQ(plan->recordings()[2].status().evaluations, 1U);
}

TEST(RecordingRule, KeepsItsValuesOverAChangeOfPlan) {
  SeriesTable table;
  table.add("x", {}, 5);
  const std::string slow =
      "  - {record: 'all:x:sum', expr: sum(x)}\n- name: fast\n"
      "  interval: 1ms\n  rules:\n" +
      alert_on_sum;
  Engine engine;
  engine.prepare(rules_of(slow), table.schema())->evaluate(table, 1s);
  table.add("y", {}, 1);

  const auto plan = engine.prepare(rules_of(slow), table.schema());
  plan->evaluate(table, 1500ms);  // the group that records is not due yet

  EXPECT_EQ(plan->recordings()[0].status().evaluations, 1U);
  EXPECT_EQ(plan->rules()[0].state(), AlertState::firing);
}

TEST(RecordingRule, IsLookedAtAgainSoonWhileItHasNoData) {
  const std::string hourly = "  - {record: 'all:x:sum', expr: sum(x)}\n";
  LoadResult loaded =
      parse_rule_text("groups:\n- name: g\n  interval: 1h\n  rules:\n" + hourly, "f");
  const auto rules = std::make_shared<const RuleSet>(std::move(loaded.rules));
  SeriesTable table;
  Engine engine;
  engine.prepare(rules, table.schema())->evaluate(table, 1s);
  const auto x = table.add("x", {}, 5);
  const auto plan = engine.prepare(rules, table.schema());
  plan->evaluate(table, 1500ms);
  EXPECT_FALSE(plan->recordings()[0].cells()[0]->present);

  plan->evaluate(table, 2s);
  EXPECT_EQ(plan->recordings()[0].cells()[0]->value, 5);

  table.set(x, 6);
  plan->evaluate(table, 10s);  // it has data: the interval counts
  EXPECT_EQ(plan->recordings()[0].cells()[0]->value, 5);
}

TEST(RecordingRule, LetsAnAlertTellNothingRecordedFromNoData) {
  SeriesTable table;
  const auto x = table.add("x", {}, 1);
  Engine engine;
  const auto plan =
      engine.prepare(rules_of("  - {record: high, expr: x > 3}\n  - {alert: A, expr: high > 5}\n"),
                     table.schema());

  plan->evaluate(table, 1s);
  EXPECT_EQ(plan->rules()[0].state(), AlertState::inactive);
  table.set(x, std::nullopt);
  plan->evaluate(table, 2s);
  EXPECT_EQ(plan->rules()[0].state(), AlertState::no_data);
}

TEST(RecordingRule, FailsWhateverReadsItWhenItFails) {
  SeriesTable table;
  table.add("x", {{"n", "1"}}, 5);
  const auto second = table.add("x", {{"n", "2"}});
  table.add("y", {}, 1);
  Engine engine;
  const auto plan =
      engine.prepare(rules_of("  - {record: a, expr: 'y * on() x'}\n  - {record: b, expr: a + 1}\n"
                              "  - {alert: A, expr: b > 3, keep_firing_for: 1m}\n"),
                     table.schema());
  plan->evaluate(table, 1s);
  ASSERT_EQ(plan->rules()[0].state(), AlertState::firing);
  table.set(second, 5);

  plan->evaluate(table, 2s);

  EXPECT_STREQ(plan->recordings()[0].status().error,
               "more than one series on the right side matches");
  EXPECT_STREQ(plan->rules()[0].status().error, "a recording rule that it reads failed");
  EXPECT_TRUE(plan->rules()[0].status().no_data);
  EXPECT_EQ(plan->rules()[0].status().failures, 1U);
}

TEST(RecordingRule, FailsARuleThatFindsWhatItRecordsThereAlready) {
  SeriesTable table;
  table.add("x", {}, 5);
  table.add("y", {}, 5);
  Engine engine;
  const auto plan = engine.prepare(
      rules_of("  - {record: y, expr: x + 1}\n  - {alert: A, expr: sum(y) > 3}\n"), table.schema());

  plan->evaluate(table, 1s);

  EXPECT_STREQ(plan->rules()[0].status().error, "vector holds the same label set twice");
}

TEST(RecordingRule, CannotBeJudgedWhenASeriesOfItHasNoRoom) {
  SeriesTable table;
  table.add("x", {{"n", "1"}}, 5);
  Engine engine{{.samples_per_series = 4096, .bytes = 0}};
  const auto plan = engine.prepare(
      rules_of("  - {record: most, expr: 'max_over_time(x[5s])'}\n  - {alert: A, expr: most > 3}\n"
               "  - {alert: B, expr: 'max_over_time(most[5s]) > 3'}\n"),
      table.schema());

  for (const BoundRule& rule : plan->rules()) {
    EXPECT_EQ(rule.unserved(), 1U) << rule.rule().name;
    EXPECT_EQ(rule.blind_instances().size(), 1U) << rule.rule().name;
  }
}

TEST(RecordingRule, TellsWhichMetricsAnAlertIsMadeOf) {
  const SeriesTable table;
  Engine engine;
  const auto plan =
      engine.prepare(rules_of("  - {record: b, expr: a + y}\n  - {record: a, expr: x}\n"
                              "  - {record: other, expr: z}\n  - {alert: A, expr: b > 3}\n"),
                     table.schema());

  const BoundRule& rule = plan->rules()[0];
  for (const char* const name : {"a", "b", "x", "y"}) EXPECT_TRUE(plan->selects(rule, name));
  for (const char* const name : {"z", "other"}) EXPECT_FALSE(plan->selects(rule, name));
}

}  // namespace
}  // namespace outrider::rules
