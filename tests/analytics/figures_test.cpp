// SPDX-License-Identifier: Apache-2.0
// Each figure against what was computed by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analytics/correlation.hpp"
#include "analytics/day_pnl.hpp"
#include "analytics/drawdown.hpp"
#include "analytics/equity_curve.hpp"
#include "analytics/sharpe.hpp"
#include "analytics/value_at_risk.hpp"

namespace outrider::analytics {
namespace {

using namespace std::chrono_literals;

Drawdown drawdown_of(const std::vector<double>& curve) {
  Drawdown drawdown;
  for (const double equity : curve) drawdown.observe(equity);
  return drawdown;
}

TEST(DrawdownOfACurve, TakesTheTroughAfterThePeakAndNotBefore) {
  // (max - min) / max of the same numbers would be 0.5, in whatever order.
  const Drawdown drawdown = drawdown_of({50, 100, 75, 90});
  EXPECT_DOUBLE_EQ(*drawdown.maximum(), 0.25);
  EXPECT_DOUBLE_EQ(*drawdown.current(), 0.1);
}

TEST(DrawdownOfACurve, IsAboveZeroOfLossesOnly) {
  const Drawdown drawdown = drawdown_of({100, 90, 80});
  EXPECT_DOUBLE_EQ(*drawdown.maximum(), 0.2);
  EXPECT_DOUBLE_EQ(*drawdown.current(), 0.2);
}

TEST(DrawdownOfACurve, IsZeroAtAPeakAndKeepsItsMaximum) {
  const Drawdown drawdown = drawdown_of({100, 60, 120});
  EXPECT_EQ(drawdown.current(), 0.0);
  EXPECT_DOUBLE_EQ(*drawdown.maximum(), 0.4);
}

TEST(DrawdownOfACurve, IsAbsentWhileThePeakIsNotPositive) {
  EXPECT_EQ(drawdown_of({}).current(), std::nullopt);
  EXPECT_EQ(drawdown_of({0, -10}).current(), std::nullopt);
  EXPECT_EQ(drawdown_of({-5, -10}).maximum(), std::nullopt);
  EXPECT_DOUBLE_EQ(*drawdown_of({-5, 10, 5}).maximum(), 0.5);
}

TEST(DrawdownOfACurve, GoesBeyondOneWithDebts) {
  EXPECT_DOUBLE_EQ(*drawdown_of({100, -50}).current(), 1.5);
}

std::optional<double> variant(std::string_view name, const std::vector<double>& samples) {
  for (const auto variants : {std::span{trade_variants}, std::span{daily_variants}}) {
    for (const SharpeVariant& each : variants) {
      if (each.name == name) return sharpe(samples, each);
    }
  }
  return std::nullopt;
}

TEST(SharpeRatio, HasEachVariantsOwnDeviationAndScale) {
  // Mean 2, squares 2 around it: deviation sqrt(2/3) of a population, 1 of a sample.
  const std::vector<double> results{1, 2, 3};
  EXPECT_DOUBLE_EQ(*variant("per_trade", results), 2 / std::sqrt(2.0 / 3));
  EXPECT_DOUBLE_EQ(*variant("per_trade_730", results), std::sqrt(730.0) * 2);

  const std::vector<double> daily{0.01, 0.02, 0.03};
  EXPECT_DOUBLE_EQ(*variant("daily_252", daily), std::sqrt(252.0) * 2);
  EXPECT_DOUBLE_EQ(*variant("daily_252_risk_free_2", daily),
                   std::sqrt(252.0) * (0.02 - 0.02 / 252) / 0.01);
}

TEST(SharpeRatio, IsNegativeOfLossesAndAbsentWithoutVariation) {
  EXPECT_LT(*variant("per_trade", {-1, -2}), 0);
  for (const auto& same : std::vector<std::vector<double>>{{}, {5}, {0.1, 0.1, 0.1}, {0, 0}}) {
    EXPECT_EQ(variant("per_trade", same), std::nullopt);
    EXPECT_EQ(variant("daily_252", same), std::nullopt);
  }
}

/// -n, ..., -1.
std::vector<double> losses(int n) {
  std::vector<double> all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), -n);
  return all;
}

TEST(ValueAtRisk, PicksRanksFiveAndOneOfAHundred) {
  const auto at95 = tail_risk(losses(100), 95);
  const auto at99 = tail_risk(losses(100), 99);
  EXPECT_EQ(at95->value_at_risk, 95);  // behind -100 ... -96
  EXPECT_EQ(at99->value_at_risk, 99);
  EXPECT_EQ(at95->expected_shortfall, 97.5);  // mean of 100 ... 95
  EXPECT_EQ(at99->expected_shortfall, 99.5);
}

TEST(ValueAtRisk, CountsRanksInWholeNumbers) {
  EXPECT_EQ(tail_rank(20, 95), 1U);
  EXPECT_EQ(tail_rank(20, 99), 0U);
  EXPECT_EQ(tail_rank(40, 95), 2U);
  EXPECT_EQ(tail_rank(1000, 99), 10U);
  EXPECT_EQ(tail_risk(losses(19), 95)->value_at_risk, 19);
}

TEST(ValueAtRisk, IsZeroOfGainsAndAbsentOfNothing) {
  const std::vector<double> gains{1, 2, 3};
  EXPECT_EQ(tail_risk(gains, 95)->value_at_risk, 0);
  EXPECT_EQ(tail_risk(gains, 99)->expected_shortfall, 0);
  EXPECT_FALSE(tail_risk({}, 95).has_value());
}

TEST(EquityCurveOfAWeek, KnowsAChangeOnlyOverWhatItHasSeen) {
  EquityCurve curve;
  EXPECT_EQ(curve.change(1h), std::nullopt);
  for (auto now = 0min; now <= 59min; ++now) curve.observe(now, 100);
  EXPECT_EQ(curve.change(1h), std::nullopt);
  curve.observe(60min, 110);
  EXPECT_DOUBLE_EQ(*curve.change(1h), 0.1);
  EXPECT_EQ(curve.change(24h), std::nullopt);
}

TEST(EquityCurveOfAWeek, TakesTheValueAtTheBeginningOfTheWindowAndNotTheFirstInside) {
  EquityCurve curve;
  curve.observe(0min, 100);
  curve.observe(4min, 50);
  for (auto now = 5min; now <= 60min; ++now) curve.observe(now, 120);
  curve.observe(61min, 120);
  // An hour before 61 min stood 100: at 0 min, and until 4 min.
  EXPECT_DOUBLE_EQ(*curve.change(1h), 0.2);
}

TEST(EquityCurveOfAWeek, DoesNotBridgeAGap) {
  EquityCurve curve;
  curve.observe(0min, 100);
  curve.observe(50min, 100);
  curve.observe(80min, 130);
  EXPECT_EQ(curve.change(1h), std::nullopt);  // at 20 min nobody had looked for 20
  curve.observe(110min, 130);
  EXPECT_DOUBLE_EQ(*curve.change(1h), 0.3);
}

TEST(EquityCurveOfAWeek, HasNoChangeOfWhatWasNotPositive) {
  EquityCurve curve;
  curve.observe(0min, 0);
  curve.observe(60min, 10);
  EXPECT_EQ(curve.change(1h), std::nullopt);
}

// Looks ten times a second, as the sidecar makes them, are too many for a test: what
// counts is that a point is kept each minute and that the oldest is a week away.
TEST(EquityCurveOfAWeek, KeepsExactlySevenDays) {
  EquityCurve curve;
  const auto at = [](nanoseconds time) {
    return 1000 + std::chrono::duration<double, std::ratio<3600>>(time).count();
  };
  for (nanoseconds now = 0s; now <= 15 * 24h; now += 20s) curve.observe(now, at(now));
  const double week_ago = at(8 * 24h);
  EXPECT_NEAR(*curve.change(7 * 24h), 7 * 24 / week_ago, 1e-4);
  EXPECT_NEAR(*curve.change(24h), 24 / at(14 * 24h), 1e-4);
  EXPECT_EQ(curve.at(7 * 24h), std::nullopt);  // eight days ago
  EXPECT_EQ(curve.changes(24h).size(), 7U);
  EXPECT_NEAR(curve.changes(24h).back(), 24 / week_ago, 1e-4);
}

TEST(PnlOfADay, IsKnownOfADayWhoseBeginningWasSeen) {
  DayPnl pnl;
  const nanoseconds day = 24h;
  pnl.observe(day - 1h, 0h, 40);
  EXPECT_EQ(pnl.today(), std::nullopt);  // who knows what stood in the morning
  pnl.observe(day - 1s, 0h, 50);
  pnl.observe(day + 1s, day, 45);
  EXPECT_EQ(pnl.today(), -5);
  pnl.observe(day + 5h, day, 62);
  EXPECT_EQ(pnl.today(), 12);
  pnl.observe(2 * day + 1s, 2 * day, 62);
  EXPECT_EQ(pnl.today(), std::nullopt);  // hours went by unseen
}

TEST(PnlOfADay, IsLostWithTheTraderOrWithTheClock) {
  DayPnl pnl;
  const auto begin = [&] {
    pnl.observe(24h - 1s, 0h, 50);
    pnl.observe(24h, 24h, 60);
    ASSERT_EQ(pnl.today(), 10);
  };
  begin();
  pnl.observe(24h + 1s, 24h, std::nullopt);
  pnl.observe(24h + 2s, 24h, 3);  // another trader's, from 0
  EXPECT_EQ(pnl.today(), std::nullopt);
  begin();
  pnl.observe(24h + 1s, 24h - 30min, 60);  // the day begins earlier by a new setting
  EXPECT_EQ(pnl.today(), std::nullopt);
}

Correlation::Prices prices(const std::vector<std::pair<std::string, double>>& all) {
  Correlation::Prices prices;
  for (const auto& [symbol, price] : all) prices[{{"symbol", symbol}}] = price;
  return prices;
}

TEST(CorrelationOfPositions, IsTheMeanOverAllPairs) {
  Correlation correlation{1min};
  for (int i = 0; i <= 20; ++i) {
    const double swing = 1 + 0.1 * std::sin(i);
    correlation.observe(i * 1min,
                        prices({{"A", 10 * swing}, {"B", 99 * swing}, {"C", 50 / swing}}));
  }
  // A and B move as one: 1. C moves against both; of returns nearly, not wholly, -1.
  EXPECT_NEAR(*correlation.mean(), (1 - 1 - 1) / 3.0, 0.01);
}

TEST(CorrelationOfPositions, IsAbsentWithFewerThanTwo) {
  Correlation correlation{1min};
  for (int i = 0; i <= 20; ++i) correlation.observe(i * 1min, prices({{"A", 10 + i % 3}}));
  EXPECT_EQ(correlation.mean(), std::nullopt);
  // One that does not move is compared with nobody.
  for (int i = 21; i <= 50; ++i)
    correlation.observe(i * 1min, prices({{"A", 10 + i % 3}, {"B", 7}}));
  EXPECT_EQ(correlation.mean(), std::nullopt);
}

TEST(CorrelationOfPositions, NeedsTenCommonReturnsAndForgetsWhoIsSold) {
  Correlation correlation{1min};
  int minute = 0;
  const auto look = [&](bool both) {
    const double swing = 1 + 0.1 * std::sin(++minute);
    correlation.observe(minute * 1min,
                        both ? prices({{"A", swing}, {"B", 2 * swing}}) : prices({{"A", swing}}));
  };
  for (int i = 0; i < 5; ++i) look(false);
  for (int i = 0; i < 10; ++i) look(true);  // ten prices, nine returns
  EXPECT_EQ(correlation.mean(), std::nullopt);
  look(true);
  EXPECT_NEAR(*correlation.mean(), 1, 1e-12);
  look(false);
  EXPECT_EQ(correlation.mean(), std::nullopt);
}

TEST(CorrelationOfPositions, UsesOnePriceAStep) {
  Correlation correlation{1min};
  for (int i = 0; i <= 20 * 60; ++i) {
    // Within a minute B moves against A, from minute to minute with it.
    const double trend = 1 + 0.1 * std::sin(i / 60);
    const double noise = i % 60 == 0 ? 0 : 0.05 * std::sin(i);
    correlation.observe(i * 1s, prices({{"A", trend + noise}, {"B", trend - noise}}));
  }
  EXPECT_NEAR(*correlation.mean(), 1, 1e-12);
}

}  // namespace
}  // namespace outrider::analytics
