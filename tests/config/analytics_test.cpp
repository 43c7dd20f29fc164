// SPDX-License-Identifier: Apache-2.0
// `analytics:` as operators write it.
#include <gtest/gtest.h>

#include "config/load.hpp"
#include "config/read_analytics.hpp"

namespace outrider::config {
namespace {

using namespace std::chrono_literals;

/// The first problem of one account, given what is between its braces.
std::string problem_of(const std::string& fields) {
  const Loaded loaded = load_text("analytics:\n  - {" + fields + "}\n", "f.yml");
  return loaded.problems.empty() ? "none" : to_text(loaded.problems.front());
}

TEST(AnalyticsConfiguration, ReadsAnAccountAndItsSeries) {
  const Loaded loaded = load_text(R"(
analytics:
  - name: desk
    equity: account:equity
    realized_pnl: realized_pnl_total{desk="a b",venue="x"}
    trades: trades_total
    prices: 'price{kind="spot"}'
    interval: 50ms
    price_step: 10s
  - {name: fund, equity: cash}
)",
                                  "f.yml");
  for (const Problem& problem : loaded.problems) ADD_FAILURE() << to_text(problem);
  ASSERT_EQ(loaded.config.analytics.size(), 2U);
  const AnalyticsConfig& desk = loaded.config.analytics[0];
  EXPECT_EQ(desk.name, "desk");
  EXPECT_EQ(desk.input(AnalyticsInput::equity), SeriesSelector{"account:equity"});
  EXPECT_EQ(desk.input(AnalyticsInput::realized_pnl),
            (SeriesSelector{"realized_pnl_total", {{"desk", "a b"}, {"venue", "x"}}}));
  EXPECT_EQ(desk.input(AnalyticsInput::trades), SeriesSelector{"trades_total"});
  EXPECT_EQ(desk.input(AnalyticsInput::prices), (SeriesSelector{"price", {{"kind", "spot"}}}));
  EXPECT_EQ(desk.interval, 50ms);
  EXPECT_EQ(desk.price_step, 10s);

  const AnalyticsConfig& fund = loaded.config.analytics[1];
  EXPECT_EQ(fund.input(AnalyticsInput::trades), std::nullopt);
  EXPECT_EQ(fund.interval, 100ms);
  EXPECT_EQ(fund.price_step, 1min);
}

TEST(AnalyticsConfiguration, TakesNamesWithLabelsAndNothingElseOfPromQl) {
  for (const char* good :
       {"a", "a:b", "a{}", "a{b=\"c\"}", " a { b = \"c\" , d=\"\" } ", "a{b=\"c,}\",}"})
    EXPECT_TRUE(parse_selector(good)) << good;
  for (const char* bad :
       {"", "{}", "1a", "a{", "a}", "a{b}", "a{b=c}", "a{b=\"c}", "a{b=\"c\" d=\"e\"}", "a{=\"c\"}",
        "a{b!=\"c\"}", "a{b=~\"c\"}", "sum(a)", "a + b", "a[5m]", "a{__name__=\"b\"}", "a{,}"})
    EXPECT_FALSE(parse_selector(bad)) << bad;
}

TEST(AnalyticsConfiguration, SaysWhatIsWrongWithAnAccount) {
  EXPECT_EQ(problem_of("equity: cash"),
            "f.yml:2:5: analytics[0]: found no name; needed one; add name: NAME");
  EXPECT_EQ(problem_of("name: a"),
            "f.yml:2:5: analytics[0]: found nothing to look at; needed equity, realized_pnl, or "
            "prices");
  EXPECT_EQ(
      problem_of("name: a, equity: sum(cash)"),
      "f.yml:2:23: analytics[0].equity: found \"sum(cash)\"; needed the name of a series, and "
      "labels if there are several: 'account_equity{desk=\"a\"}'; record what else it is "
      "made of");
  EXPECT_EQ(problem_of("name: a, equity: cash, trades: n"),
            "f.yml:2:37: analytics[0].trades: found it without realized_pnl; needed both: what a "
            "trade makes is what that changes by");
  EXPECT_EQ(problem_of("name: a, equity: cash, interval: 1ms"),
            "f.yml:2:39: analytics[0].interval: found \"1ms\"; needed a duration from 10ms to 10s");
  EXPECT_EQ(
      problem_of("name: a, equity: cash, price_step: 2d"),
      "f.yml:2:41: analytics[0].price_step: found \"2d\"; needed a duration from 100ms to 1d");
  EXPECT_EQ(problem_of("name: a, equity: cash, pnl: x"),
            "f.yml:2:29: found unknown key \"analytics[0].pnl\"; needed one of name interval "
            "price_step equity realized_pnl trades prices");
  EXPECT_EQ(problem_of("name: a, equity: cash}\n  - {name: a, equity: b"),
            "f.yml:3:12: analytics[1].name: found \"a\" a second time; needed a name of its own");
}

TEST(AnalyticsConfiguration, IsAListOfAtMostThirtyTwo) {
  EXPECT_EQ(to_text(load_text("analytics: desk", "f.yml").problems.at(0)),
            "f.yml:1:12: analytics: found \"desk\"; needed a list");
  std::string many = "analytics:\n";
  for (int i = 0; i < 33; ++i) many += "  - {name: a" + std::to_string(i) + ", equity: cash}\n";
  EXPECT_EQ(to_text(load_text(many, "f.yml").problems.at(0)),
            "f.yml:2:3: analytics: found 33 of them; needed 32 or fewer");
}

}  // namespace
}  // namespace outrider::config
