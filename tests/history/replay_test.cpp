// SPDX-License-Identifier: Apache-2.0
// A question about the past has the answer that a rule would have had then.
#include "history/replay.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "promql/parser.hpp"
#include "promql/timeline.hpp"

namespace outrider::history {
namespace {

using namespace std::chrono_literals;

constexpr nanoseconds begin = std::chrono::hours{500'000};

/// The series of `samples`, a look each second.
Timeline looked_at(const test::Timeline& samples, const Limits& limits = {.interval = 1s}) {
  Timeline timeline{limits};
  for (std::size_t i = 0; i < samples[0].values.size(); ++i) {
    timeline.begin(begin + static_cast<int>(i) * 1s);
    for (const test::TimedSeries& each : samples) {
      if (!each.values[i]) continue;
      Labels labels = each.labels;
      promql::set_label(labels, promql::metric_name_label, each.name);
      timeline.set(*timeline.find_or_add(labels), *each.values[i]);
    }
    timeline.end();
  }
  return timeline;
}

Timeline counting_to(int last, const Limits& limits = {.interval = 1s}) {
  test::TimedSeries counter{"orders_total", {{"venue", "x"}}, {}};
  for (int i = 0; i <= last; ++i) counter.values.emplace_back(i);
  return looked_at({counter}, limits);
}

Answer ask(const Timeline& timeline, const std::string& text, const Steps& steps) {
  const promql::ParseResult parsed = promql::parse(text);
  EXPECT_NE(parsed.expr, nullptr) << text;
  return replay(*parsed.expr, timeline, steps);
}

bool is_same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

TEST(Replay, AnswersAtEachLookWhatTheRulesWouldHaveSeenThen) {
  const test::Timeline samples = test::sample_timeline();
  const Timeline timeline = looked_at(samples);
  const int last = static_cast<int>(samples[0].values.size()) - 1;
  for (const char* text :
       {"{__name__=~\".+\"}", "sum by (job) ({__name__=~\".+\"})",
        "rate({__name__=~\".+_total\"}[20s])", "max_over_time({__name__=~\".+\"}[10s]) > 2",
        "count({__name__=~\".+\"}) > bool 3", "{__name__=~\".+\"} offset 7s", "absent(nothing)",
        "scalar(count({__name__=~\".+\"})) + 1", "time() - 1"}) {
    for (const int second : {0, 1, last / 2, last}) {
      const nanoseconds at = begin + second * 1s;
      const Answer answer = ask(timeline, text, {at, at});
      const test::Result expected =
          test::evaluate_on(samples, text, std::chrono::milliseconds{second * 1s});
      EXPECT_EQ(answer.problem.empty(), expected.error.empty()) << text << answer.problem;
      EXPECT_EQ(answer.rows.size(), expected.elements.size()) << text << " at " << second;
      for (const auto& element : expected.elements) {
        const auto row = std::find_if(answer.rows.begin(), answer.rows.end(), [&](const Row& each) {
          return each.labels == element.labels;
        });
        ASSERT_NE(row, answer.rows.end()) << text << promql::to_text(element.labels);
        const double time = std::string_view{text}.starts_with("time")
                                ? std::chrono::duration<double>(begin).count()
                                : 0;
        EXPECT_TRUE(is_same(row->points[0].value, element.value + time)) << text;
      }
    }
  }
}

TEST(Replay, GivesAPointForEachStep) {
  const Timeline timeline = counting_to(100);

  const Answer answer = ask(timeline, "orders_total", {begin + 10s, begin + 21s, 5s});

  ASSERT_EQ(answer.rows.size(), 1U);
  EXPECT_EQ(answer.rows[0].labels, (Labels{{"__name__", "orders_total"}, {"venue", "x"}}));
  ASSERT_EQ(answer.rows[0].points.size(), 3U);
  EXPECT_EQ(answer.rows[0].points[2].wall, begin + 20s);
  EXPECT_EQ(answer.rows[0].points[2].value, 20);
}

TEST(Replay, AnswersBetweenTwoLooksFromTheOneBefore) {
  const Timeline timeline = counting_to(100, {.interval = 10s});

  EXPECT_EQ(ask(timeline, "orders_total", {begin + 7900ms, begin + 7900ms}).rows[0].points[0].value,
            7);
  const Answer rate =
      ask(timeline, "rate(orders_total[60s])", {begin + 90500ms, begin + 99s, 500ms});
  ASSERT_EQ(rate.rows.size(), 1U);
  for (const Point& point : rate.rows[0].points) EXPECT_DOUBLE_EQ(point.value, 1);
}

TEST(Replay, LooksFarEnoughBackForAnOffsetAndARangeBetweenTwoLooks) {
  const Timeline timeline = counting_to(100);

  const nanoseconds at = begin + 90300ms;
  EXPECT_EQ(ask(timeline, "orders_total offset 30s", {at, at}).rows.at(0).points.at(0).value, 60);
  const Answer changes = ask(timeline, "count_over_time(orders_total[20s])", {at, at + 2s, 500ms});
  ASSERT_EQ(changes.rows.size(), 1U);
  for (const Point& point : changes.rows[0].points)
    EXPECT_EQ(point.value, changes.rows[0].points.back().value);
}

TEST(Replay, TakesNoValueFromLongerAgoThanFiveMinutes) {
  const Timeline timeline = counting_to(10);

  EXPECT_EQ(ask(timeline, "orders_total", {begin + 10s + 299s, begin + 10s + 299s}).rows.size(),
            1U);
  EXPECT_EQ(ask(timeline, "orders_total", {begin + 10s + 300s, begin + 10s + 300s}).rows.size(),
            0U);
  EXPECT_EQ(ask(timeline, "vector(1)", {begin + 10h, begin + 10h}).rows.size(), 1U);
  EXPECT_EQ(ask(Timeline{{}}, "vector(1)", {begin, begin}).rows.size(), 1U);
}

TEST(Replay, SaysThatItBeginsTooLateForWhatIsAsked) {
  const Timeline timeline = counting_to(100);

  EXPECT_EQ(ask(timeline, "orders_total", {begin - 10s, begin}).begins_late, begin);
  EXPECT_EQ(ask(timeline, "rate(orders_total[60s])", {begin + 30s, begin + 90s}).begins_late,
            begin);
  EXPECT_EQ(ask(timeline, "rate(orders_total[60s])", {begin + 60s, begin + 90s}).begins_late,
            std::nullopt);
}

TEST(Replay, RefusesWhatWouldTakeTooLongOrTooMuch) {
  test::Timeline many;
  for (int i = 0; i < 200; ++i) {
    many.push_back({"many", {{"i", std::to_string(i)}}, {}});
    for (int look = 0; look < 600; ++look) many.back().values.emplace_back(look);
  }
  const Timeline timeline = looked_at(many);

  EXPECT_NE(ask(timeline, "many", {begin, begin + 599s, 100ms}).problem.find("points"),
            std::string::npos);
  EXPECT_NE(ask(timeline, "sum(rate(many[10m]))", {begin, begin + 10'000s, 1s})
                .problem.find("too many series and steps"),
            std::string::npos);
  EXPECT_EQ(ask(timeline, "sum(rate(many[1m]))", {begin, begin + 599s, 1s}).problem, "");
  std::string all = "many";
  for (int i = 0; i < 60; ++i) all += " or many";
  EXPECT_NE(ask(timeline, all, {begin, begin}).problem.find("at once"), std::string::npos);
  const promql::ParseResult range = promql::parse("{__name__=~\".+\"}[1h]");
  const auto& matrix = std::get<promql::MatrixSelector>(range.expr->node);
  EXPECT_EQ(samples(matrix, timeline, begin + 600s).problem, "");
  test::Timeline long_ones;
  for (int i = 0; i < 900; ++i) {
    long_ones.push_back({"rests", {{"i", std::to_string(i)}}, {}});
    long_ones.back().values.resize(600, 1.0);
  }
  EXPECT_NE(samples(matrix, looked_at(long_ones), begin + 600s).problem.find("points"),
            std::string::npos);
}

TEST(Replay, RefusesRangesBeyondItsMemory) {
  test::Timeline many;
  for (int i = 0; i < 2000; ++i) many.push_back({"many", {{"i", std::to_string(i)}}, {1, 2}});
  const Timeline timeline = looked_at(many);

  EXPECT_NE(ask(timeline, "rate(many[1h])", {begin, begin}).problem.find("8 MiB"),
            std::string::npos);
}

TEST(Samples, AreThoseOfTheRangeWithTheirOwnTimes) {
  const Timeline timeline = counting_to(100);
  const promql::ParseResult parsed = promql::parse("orders_total[3s]");

  const Answer answer =
      samples(std::get<promql::MatrixSelector>(parsed.expr->node), timeline, begin + 50500ms);

  ASSERT_EQ(answer.rows.size(), 1U);
  ASSERT_EQ(answer.rows[0].points.size(), 3U);
  EXPECT_EQ(answer.rows[0].points[0].wall, begin + 48s);
  EXPECT_EQ(answer.rows[0].points[2].value, 50);
}

}  // namespace
}  // namespace outrider::history
