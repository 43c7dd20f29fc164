// SPDX-License-Identifier: Apache-2.0
// What promtool cannot judge: whether an empty result is an answer, values that
// come and go, histories that outlive what was bound. Values and labels are
// compared with Prometheus' own in prometheus_test.cpp.
#include "promql/bind.hpp"

#include <gtest/gtest.h>

#include "promql/series_table.hpp"

using namespace std::chrono_literals;

namespace outrider::promql {
namespace {

using test::SeriesTable;

class Bench {
 public:
  BoundExpr bind(const std::string& expr) {
    const ParseResult parsed = parse(expr);
    EXPECT_NE(parsed.expr, nullptr) << expr;
    const SeriesIndex index{table.series()};
    return promql::bind(*parsed.expr, {index, histories, "g", 100ms});
  }

  bool has_data(const std::string& expr) {
    BoundExpr bound = bind(expr);
    EXPECT_TRUE(bound.evaluate(table, 1s)) << expr;
    return bound.has_data();
  }

  SeriesTable table;
  HistoryRegistry histories;
};

std::size_t count_present(const BoundExpr& bound) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < bound.labels().size(); ++i) count += bound.present(i);
  return count;
}

/// Binds with room for the history of only the first of two series of x.
class BlindBench {
 public:
  BlindBench() {
    table_.add("x", {{"p", "a"}, {"v", "1"}}, 5);
    table_.add("x", {{"p", "b"}, {"v", "1"}}, 5);
    table_.add("y", {{"p", "a"}}, 5);
    table_.add("y", {{"p", "b"}}, 5);
  }
  /// The label p of every result that cannot be judged; "-" without one.
  std::string blind(const std::string& expr) {
    const ParseResult parsed = parse(expr);
    const SeriesIndex index{table_.series()};
    HistoryRegistry histories{{100, 100 * sizeof(Sample)}};
    std::size_t unserved = 0;
    BoundExpr bound = promql::bind(*parsed.expr, {index, histories, "g", 100ms, &unserved});
    EXPECT_EQ(unserved, 1U) << expr;
    EXPECT_TRUE(bound.evaluate(table_, 1s)) << expr;
    std::string all;
    for (std::size_t slot = 0; slot < bound.labels().size(); ++slot) {
      if (!bound.is_blind(slot)) continue;
      const std::string p{label_value(bound.labels()[slot], "p")};
      all += p.empty() ? "-" : p;
    }
    return all;
  }

 private:
  SeriesTable table_;
};

TEST(BoundExpr, CannotJudgeWhatASeriesWithoutRoomGoesInto) {
  BlindBench bench;
  EXPECT_EQ(bench.blind("max_over_time(x[1h])"), "b");
  EXPECT_EQ(bench.blind("-max_over_time(x[1h]) > 1"), "b");
  EXPECT_EQ(bench.blind("sum(max_over_time(x[1h]))"), "-");
  EXPECT_EQ(bench.blind("sum by (p) (max_over_time(x[1h]))"), "b");
  EXPECT_EQ(bench.blind("absent(max_over_time(x[1h]))"), "-");
}

TEST(BoundExpr, CannotJudgeWhatMeetsASeriesWithoutRoom) {
  BlindBench bench;
  EXPECT_EQ(bench.blind("y / on(p) max_over_time(x[1h])"), "b");
  EXPECT_EQ(bench.blind("max_over_time(x[1h]) / on(p) y"), "b");
  EXPECT_EQ(bench.blind("y and on(p) max_over_time(x[1h])"), "b");
  EXPECT_EQ(bench.blind("y unless on(p) max_over_time(x[1h])"), "b");
  EXPECT_EQ(bench.blind("y or on(p) max_over_time(x[1h])"), "b");
  EXPECT_EQ(bench.blind("max_over_time(x[1h]) or on(p) y"), "bb");
}

TEST(BoundExpr, CannotJudgeWhatAFunctionMakesOfASeriesWithoutRoom) {
  BlindBench bench;
  EXPECT_EQ(bench.blind("x offset 1h"), "b");
  EXPECT_EQ(bench.blind("abs(x offset 1h)"), "b");
  EXPECT_EQ(bench.blind("clamp_max(y, scalar(x offset 1h))"), "ab");
  EXPECT_EQ(bench.blind("y > scalar(max_over_time(x[1h]))"), "ab");
  EXPECT_EQ(bench.blind("vector(-scalar(max_over_time(x[1h])) + 1)"), "-");
  EXPECT_EQ(bench.blind("topk(1, max_over_time(x[1h]))"), "ab");
  EXPECT_EQ(bench.blind("topk by (p) (1, max_over_time(x[1h]))"), "b");
  EXPECT_EQ(bench.blind("quantile(scalar(max_over_time(x[1h])), y)"), "-");
  EXPECT_EQ(bench.blind("stddev by (p) (max_over_time(x[1h]))"), "b");
  EXPECT_EQ(bench.blind("max_over_time(x[1h]) * on(p) group_left y"), "b");
  EXPECT_EQ(bench.blind("y * on(p) group_left(v) max_over_time(x[1h])"), "b");
  EXPECT_EQ(bench.blind("absent_over_time(x[1h])"), "-");
}

TEST(BoundExpr, FollowsAValueThatGoesAndComesBack) {
  Bench bench;
  const auto x = bench.table.add("x", {}, 5);
  BoundExpr bound = bench.bind("x > 3");

  bound.evaluate(bench.table, 1s);
  EXPECT_EQ(count_present(bound), 1U);
  bench.table.set(x, std::nullopt);
  bound.evaluate(bench.table, 2s);
  EXPECT_EQ(count_present(bound), 0U);
  EXPECT_FALSE(bound.has_data());
  bench.table.set(x, 1);
  bound.evaluate(bench.table, 3s);
  EXPECT_EQ(count_present(bound), 0U);
  EXPECT_TRUE(bound.has_data());
}

TEST(BoundExpr, HasDataOnlyWhenEverySideHas) {
  Bench bench;
  bench.table.add("here", {}, 1);
  bench.table.add("gone", {});

  EXPECT_TRUE(bench.has_data("here > 5"));
  EXPECT_FALSE(bench.has_data("gone > 5"));
  EXPECT_FALSE(bench.has_data("nowhere > 5"));
  EXPECT_TRUE(bench.has_data("here > 5 and here > 6"));
  EXPECT_FALSE(bench.has_data("here > 5 and gone > 6"));
  EXPECT_FALSE(bench.has_data("gone > 5 or here > 6"));
  EXPECT_FALSE(bench.has_data("here / gone > 5"));
  EXPECT_FALSE(bench.has_data("sum(gone) > 5"));
  EXPECT_FALSE(bench.has_data("-gone > 5"));
  EXPECT_FALSE(bench.has_data("histogram_quantile(0.9, gone) > 5"));
  EXPECT_TRUE(bench.has_data("1 > bool 2"));
  EXPECT_FALSE(bench.has_data("here > scalar(gone)"));
  EXPECT_FALSE(bench.has_data("vector(scalar(gone)) > 5"));
  EXPECT_FALSE(bench.has_data("clamp_min(gone, 1) > 5"));
  EXPECT_FALSE(bench.has_data("topk(1, gone) > 5"));
  EXPECT_FALSE(bench.has_data("quantile(0.5, gone) > 5"));
  EXPECT_FALSE(bench.has_data("here * on() group_left gone > 5"));
  EXPECT_FALSE(bench.has_data("here offset 5m > 5"));
  EXPECT_TRUE(bench.has_data("topk(1, here) > 5"));
}

TEST(BoundExpr, HasDataWithoutTheSeriesThatUnlessOrAbsentAskAbout) {
  Bench bench;
  bench.table.add("here", {}, 1);

  EXPECT_TRUE(bench.has_data("here > 5 unless gone"));
  EXPECT_FALSE(bench.has_data("gone > 5 unless here"));
  EXPECT_TRUE(bench.has_data("absent(here)"));
  EXPECT_TRUE(bench.has_data("absent(gone)"));
  EXPECT_TRUE(bench.has_data("absent_over_time(here[5m])"));
}

TEST(BoundExpr, HasNoDataForARateUntilItHasTwoSamples) {
  Bench bench;
  bench.table.add("x_total", {}, 5);
  BoundExpr bound = bench.bind("rate(x_total[1s]) > 0");

  bound.evaluate(bench.table, 1s);
  EXPECT_FALSE(bound.has_data());
  bound.evaluate(bench.table, 2s);
  EXPECT_TRUE(bound.has_data());
}

TEST(BoundExpr, SaysTheTimeOfDayAndKeepsThePastByTheSteadyClock) {
  Bench bench;
  const auto x = bench.table.add("x", {}, 1);
  BoundExpr bound = bench.bind("time() - x offset 1s");

  bound.evaluate(bench.table, 1s, 1000s);
  bench.table.set(x, 2);
  bound.evaluate(bench.table, 2s, 500s);  // the day was set back

  ASSERT_EQ(count_present(bound), 1U);
  EXPECT_EQ(bound.value(0), 499);
}

TEST(BoundExpr, TakesAValueOfThePastForFiveMinutesWhenNobodyLooked) {
  Bench bench;
  bench.table.add("x", {}, 1);
  BoundExpr bound = bench.bind("x offset 1s");
  bound.evaluate(bench.table, 1s);

  bound.evaluate(bench.table, 302s - 1ns);
  EXPECT_EQ(count_present(bound), 1U);
  BoundExpr later = bench.bind("x offset 2s");
  later.evaluate(bench.table, 1s);
  later.evaluate(bench.table, 303s);
  EXPECT_EQ(count_present(later), 0U);
}

TEST(BoundExpr, RefusesAJoinOfMoreResultsThanThereIsRoomForWhenTheyMeet) {
  Bench bench;
  const auto many = [&](const char* name, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      bench.table.add(name, {{"n", std::to_string(i)}},
                      i + 1 == count ? std::optional{1.0} : std::nullopt);
    }
  };
  many("a", 300);
  many("b", 300);
  BoundExpr bound = bench.bind("a * on() group_left(m) b");

  EXPECT_FALSE(bound.evaluate(bench.table, 1s));

  EXPECT_STREQ(bound.error(), "group_left or group_right makes more results than there is room");
  EXPECT_TRUE(bench.bind("a * on() group_left b").evaluate(bench.table, 1s));
}

TEST(BoundExpr, KeepsThePastWhenBoundAnew) {
  Bench bench;
  const auto x = bench.table.add("x_total", {}, 0);
  bench.bind("increase(x_total[10s])").evaluate(bench.table, 1s);
  bench.table.add("another_series", {}, 1);
  bench.table.set(x, 10);

  BoundExpr bound = bench.bind("increase(x_total[10s])");
  bound.evaluate(bench.table, 2s);

  ASSERT_EQ(count_present(bound), 1U);
  EXPECT_GT(bound.value(0), 0);
}

TEST(BoundExpr, SaysWhatIsWrongAndHasNoResultThen) {
  Bench bench;
  bench.table.add("x", {{"a", "1"}}, 5);
  bench.table.add("x", {{"a", "2"}}, 5);
  bench.table.add("y", {}, 1);
  BoundExpr bound = bench.bind("y * on() x");

  EXPECT_FALSE(bound.evaluate(bench.table, 1s));

  EXPECT_STREQ(bound.error(), "more than one series on the right side matches");
  EXPECT_EQ(count_present(bound), 0U);
}

TEST(BoundExpr, TreatsAnEmptyLabelAsNone) {
  Bench bench;
  bench.table.add("x", {{"a", ""}, {"b", "c"}}, 5);
  BoundExpr bound = bench.bind("x");

  EXPECT_EQ(bound.labels()[0], (Labels{{"__name__", "x"}, {"b", "c"}}));
}

TEST(BoundExpr, HasNoRangeForASeriesWithoutHistory) {
  Bench bench;
  bench.histories = HistoryRegistry{{.samples_per_series = 4096, .bytes = 0}};
  bench.table.add("x_total", {}, 5);

  EXPECT_FALSE(bench.has_data("max_over_time(x_total[1s]) > 0"));
  EXPECT_EQ(bench.histories.refused(), 1U);
}

TEST(SeriesIndex, ListsTheSeriesOfASchemaAsPrometheusShowsThem) {
  aggregate::Schema schema;
  schema.families.push_back(
      {"h", "", aggregate::FamilyKind::histogram, {0.5}, {{{{"a", "b"}}, 0}}});
  schema.value_count = 3;
  const SeriesIndex index{schema};
  std::string unused;
  const auto find = [&](const std::string& label, const std::string& value) {
    return index.select({*LabelMatcher::create(MatchKind::equal, label, value, unused)}).size();
  };

  EXPECT_EQ(find("__name__", "h_bucket"), 2U);
  EXPECT_EQ(find("__name__", "h_count"), 1U);
  EXPECT_EQ(find("le", "+Inf"), 1U);
  EXPECT_EQ(find("a", "b"), 4U);
}

}  // namespace
}  // namespace outrider::promql
