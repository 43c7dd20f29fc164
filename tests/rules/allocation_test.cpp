// SPDX-License-Identifier: Apache-2.0
// The guard thread must not allocate: every operator new of this program is
// counted, and evaluating a plan must not add to the count.
#include <gtest/gtest.h>

#include "aggregate/allocations.hpp"
#include "promql/series_table.hpp"
#include "rules/engine.hpp"
#include "rules/rule_file.hpp"

using namespace std::chrono_literals;

namespace outrider::rules {
namespace {

/// Every kind of node, errors, labels, a hold time, and rules without data.
constexpr const char* all_kinds = R"(groups:
- name: g
  interval: 1ms
  rules:
  - {alert: Selector, expr: x > 3, for: 5ms, keep_firing_for: 5ms}
  - {alert: Regex, expr: 'x{side=~"a|b"} != 0'}
  - {alert: Rate, expr: 'rate(x[50ms]) > 0 and increase(x[20ms]) > 1'}
  - {alert: OverTime, expr: 'max_over_time(x[9ms]) - min_over_time(x[9ms]) > avg_over_time(x[9ms])'}
  - {alert: Aggregate, expr: 'sum by (side) (x) / count without (side) (x) >= bool 2'}
  - {alert: Extremes, expr: 'max(x) % 3 > 1 or min(x) ^ 2 < 1 or avg(x) == 4'}
  - {alert: Matching, expr: 'x * on(side) y > -y unless ignoring(side) z'}
  - {alert: Quantile, expr: 'histogram_quantile(0.9, h_bucket) > 0.2'}
  - {alert: Absent, expr: 'absent(nothing{a="b"})', labels: {of: '{{ $labels.a }}'}}
  - {alert: NoData, expr: nothing > 3}
  - {alert: Error, expr: y + on() x}
  - {alert: SameLabels, expr: x, labels: {side: one}}
  - {alert: Scalar, expr: 1 + 2 > bool 3}
  - {alert: Statistics, expr: 'sum_over_time(x[9ms]) + count_over_time(x[9ms]) > last_over_time(x[9ms])'}
  - {alert: Spread, expr: 'stddev_over_time(x[9ms]) > 1 or stdvar_over_time(x[9ms]) > 1'}
  - {alert: Median, expr: 'quantile_over_time(0.5, x[20ms]) > 3'}
  - {alert: Changes, expr: 'changes(x[9ms]) + resets(x[9ms]) + present_over_time(x[9ms]) > 3'}
  - {alert: Differences, expr: 'delta(x[9ms]) > idelta(x[9ms]) or irate(x[9ms]) > 3'}
  - {alert: AbsentOverTime, expr: 'absent_over_time(x[3ms])'}
  - {alert: Offset, expr: 'x offset 5ms > x'}
  - {alert: RangeOffset, expr: 'rate(x[9ms] offset 9ms) > 1'}
  - {alert: Math, expr: 'abs(x - 5) > ceil(x / 3) or round(x, 2) + floor(x) + sgn(x) > sqrt(x)'}
  - {alert: Clamp, expr: 'clamp(x, 1, 3) > clamp_min(y, 2) or clamp_max(x, 3) > 2'}
  - {alert: Scalars, expr: 'x > scalar(z) or vector(time()) > 0 or sort(x) > pi()'}
  - {alert: Ranks, expr: 'topk(2, x) > 3 or bottomk by (side) (1, y) < 3 or quantile(0.5, x) > 3'}
  - {alert: Deviation, expr: 'stddev(x) > 1 or stdvar(x) > 3 or group(x) > 0'}
  - {alert: ManyToOne, expr: 'x * on() group_left(side) z > 3'}
  - {record: 'side:x:sum', expr: 'sum by (side) (x)', labels: {of: recording}}
  - {record: 'x:rate', expr: 'rate(side:x:sum[9ms]) * 2'}
  - {alert: Recorded, expr: 'side:x:sum > 3 or x:rate > 1 or max_over_time(x:rate[9ms]) > 2'}
  - {record: 'x:error', expr: y + on() x}
  - {alert: RecordedError, expr: 'x:error > 3'}
  - {alert: OneToMany, expr: 'z < bool on() group_right x'}
)";

TEST(Plan, DoesNotAllocateWhenItIsEvaluated) {
  test::SeriesTable table;
  std::vector<std::size_t> numbers;
  for (const char* const side : {"a", "b", "c"}) {
    numbers.push_back(table.add("x", {{"side", side}}, 0));
    numbers.push_back(table.add("y", {{"side", side}}, 0));
  }
  numbers.push_back(table.add("z", {}, 0));
  for (const char* const le : {"0.1", "0.5", "+Inf"}) {
    numbers.push_back(table.add("h_bucket", {{"le", le}}, 0));
  }
  const LoadResult loaded = parse_rule_text(all_kinds, "all.yml");
  ASSERT_TRUE(loaded.ok()) << loaded.problems[0].text();
  Engine engine;
  const auto plan = engine.prepare(std::make_shared<const RuleSet>(loaded.rules), table.schema());
  std::size_t transitions = 0;
  const std::size_t before = test::allocations();

  for (std::size_t i = 0; i < 2000; ++i) {
    for (const std::size_t number : numbers) {
      const bool present = (i / 7 + number) % 5 != 0;
      const auto value = static_cast<double>((i * 7 + number * 3) % 11);
      table.set(number, present ? std::optional{value} : std::nullopt);
    }
    plan->evaluate(table, i * 1ms);
    transitions += plan->transitions().size();
  }

  EXPECT_EQ(test::allocations() - before, 0U);
  EXPECT_GT(transitions, 1000U) << "too little happened to prove anything";
  for (const BoundRule& rule : plan->rules()) EXPECT_EQ(rule.status().evaluations, 2000U);
}

TEST(Plan, IsCountedCorrectlyByThisTest) {
  const std::size_t before = test::allocations();

  const auto memory = std::make_unique<int>(1);

  EXPECT_EQ(test::allocations() - before, 1U);
}

}  // namespace
}  // namespace outrider::rules
