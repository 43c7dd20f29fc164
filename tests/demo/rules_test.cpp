// SPDX-License-Identifier: Apache-2.0
// demo.rules.yml as the sidecar reads it: what fires, what lets go again, and
// that the trader times a trip by the same limits.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "demo/trader.hpp"
#include "promql/series_table.hpp"
#include "rules/engine.hpp"
#include "rules/rule_file.hpp"

using namespace std::chrono_literals;

namespace demo {
namespace {

using outrider::aggregate::Labels;
using outrider::rules::AlertState;
using outrider::test::SeriesTable;

const std::string rules_file = OUTRIDER_SOURCE_DIR "/tools/demo/demo.rules.yml";

const Labels trader = {{"producer", "gateway-1"}, {"venue", "SIM"}};

Labels with(Labels labels, const std::string& name, const std::string& value) {
  labels.emplace_back(name, value);
  return labels;
}

/// The trader's series, its rules, and a clock.
class DemoRules : public testing::Test {
 protected:
  void SetUp() override {
    auto loaded = outrider::rules::load_rule_files({rules_file});
    for (const auto& problem : loaded.problems) ADD_FAILURE() << problem.text();
    plan = engine.prepare(std::make_shared<const outrider::rules::RuleSet>(std::move(loaded.rules)),
                          table.schema());
  }

  /// Evaluates each millisecond for that long.
  void pass(std::chrono::nanoseconds time) {
    for (const auto end = now + time; now < end; now += 1ms) plan->evaluate(table, now);
  }
  AlertState state(const std::string& alert) {
    for (const auto& rule : plan->rules()) {
      if (rule.rule().name == alert) return rule.state();
    }
    ADD_FAILURE() << "no rule " << alert;
    return AlertState::no_data;
  }
  /// The venue refuses one order a millisecond.
  void refuse(int orders) {
    for (int i = 0; i < orders; ++i) {
      table.set(reject_streak, ++streak);
      table.set(rejected, ++refused);
      pass(1ms);
    }
  }

  SeriesTable table;
  std::size_t reject_streak = table.add("demo_reject_streak", trader, 0);
  std::size_t rejected = table.add("demo_orders_rejected_total", with(trader, "side", "buy"), 0);
  std::size_t losing_streak = table.add("demo_losing_streak", trader, 0);
  std::size_t filled = table.add("demo_orders_filled_total", with(trader, "side", "buy"), 0);
  std::size_t silence = table.add("demo_feed_silence_seconds", trader, 0);
  std::size_t p99 = table.add("demo_order_round_trip_seconds_rolling",
                              with(with(trader, "window", "10s"), "quantile", "0.99"), 0.001);
  outrider::rules::Engine engine;
  std::unique_ptr<outrider::rules::Plan> plan;
  std::chrono::nanoseconds now = 100s;
  double streak = 0;
  double refused = 0;
};

TEST_F(DemoRules, RaiseARejectStormAtTheFifthRefusalInARow) {
  pass(100ms);
  refuse(4);
  EXPECT_EQ(state("RejectStorm"), AlertState::inactive);

  refuse(1);
  EXPECT_EQ(state("RejectStorm"), AlertState::firing);
}

TEST_F(DemoRules, LetGoOfARejectStormWhenNothingIsRefusedAnyMore) {
  pass(100ms);
  refuse(7);
  ASSERT_EQ(state("RejectStorm"), AlertState::firing);

  pass(3100ms);
  EXPECT_EQ(state("RejectStorm"), AlertState::inactive);

  refuse(1);  // the first order after the cooldown is refused again
  EXPECT_EQ(state("RejectStorm"), AlertState::firing);
}

TEST_F(DemoRules, RaiseALosingStreakOnlyWhileTradesAreClosed) {
  pass(100ms);
  table.set(losing_streak, 10);
  table.set(filled, 20);
  pass(10ms);
  EXPECT_EQ(state("LosingStreak"), AlertState::firing);

  pass(3100ms);
  EXPECT_EQ(state("LosingStreak"), AlertState::inactive);
}

TEST_F(DemoRules, SeeASilentFeedAndASlowVenue) {
  pass(200ms);
  EXPECT_EQ(state("FeedStall"), AlertState::inactive);
  EXPECT_EQ(state("LatencyStorm"), AlertState::inactive);

  table.set(silence, 0.6);
  table.set(p99, 0.05);
  pass(200ms);

  EXPECT_EQ(state("FeedStall"), AlertState::firing);
  EXPECT_EQ(state("LatencyStorm"), AlertState::firing);
}

TEST_F(DemoRules, HaveTheLimitsThatTheTraderTimesATripBy) {
  std::stringstream text;
  text << std::ifstream{rules_file}.rdbuf();
  const TraderOptions options;
  const auto says = [&](const std::string& metric, const std::string& comparison, double limit) {
    std::ostringstream expected;
    expected << metric << ' ' << comparison << ' ' << limit << '\n';
    return text.str().find(expected.str()) != std::string::npos;
  };

  EXPECT_TRUE(says("demo_reject_streak", ">=", options.reject_limit));
  EXPECT_TRUE(says("demo_losing_streak", ">=", options.loss_limit));
  EXPECT_TRUE(says("demo_feed_silence_seconds", ">", options.silence_limit_seconds));
  EXPECT_TRUE(says("quantile=\"0.99\"}", ">", options.latency_limit_seconds));
}

}  // namespace
}  // namespace demo
