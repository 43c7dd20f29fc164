// SPDX-License-Identifier: Apache-2.0
// From what the guard sees to the figures on the page, by a clock that the test holds.
#include "analytics/account.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <thread>
#include <utility>

#include "aggregate/allocations.hpp"
#include "analytics/runner.hpp"

namespace outrider::analytics {
namespace {

using namespace std::chrono_literals;
using config::AnalyticsInput;

constexpr nanoseconds midnight =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}.time_since_epoch();

/// Values by number; those that are not there have none.
struct Numbers final : aggregate::ValueSource {
  std::map<aggregate::ValueId, double> all;
  bool read(aggregate::ValueId id, double& value) const noexcept override {
    const auto found = all.find(id);
    if (found == all.end()) return false;
    value = found->second;
    return true;
  }
};

enum : aggregate::ValueId { equity, realized, trades, first_price };

/// One account, whose inputs are the numbers above, in a sidecar that is all here.
class AnAccount : public ::testing::Test {
 protected:
  static config::Config configured() {
    config::Config config;
    config::AnalyticsConfig& account = config.analytics.emplace_back();
    account.name = "desk";
    for (auto& input : account.inputs) input = config::SeriesSelector{"any"};
    return config;
  }
  /// A plan with so many series of prices.
  void plan(std::size_t prices, std::size_t equities = 1) {
    const auto series = [](aggregate::ValueId id) {
      return aggregate::Series{{{"symbol", std::to_string(id)}}, id};
    };
    std::vector<std::vector<aggregate::Series>> found(4);
    for (std::size_t i = 0; i < equities; ++i)
      found[0].push_back(series(static_cast<aggregate::ValueId>(i == 0 ? 0 : 500 + i)));
    found[1] = {series(realized)};
    found[2] = {series(trades)};
    for (std::size_t i = 0; i < prices; ++i)
      found[3].push_back(series(static_cast<aggregate::ValueId>(first_price + i)));
    feed_ = std::make_shared<Feed>(config_.analytics, found);
    feeds_.put(feed_);
  }
  void look(nanoseconds passed) {
    now_ += passed;
    feed_->fill(numbers_, now_, midnight + now_);
    runner_.step();
  }
  std::optional<double> value(const std::string& name, const std::string& label = "",
                              const std::string& is = "") {
    board_.take(shown_);
    if (shown_.size() != 1) return std::nullopt;
    const auto& metrics = shown_[0]->metrics();
    const auto wanted = std::find_if(metrics.begin(), metrics.end(), [&](const auto& metric) {
      const auto& labels = metric.labels;
      return metric.declared.name == name &&
             (label.empty() ||
              std::find(labels.begin(), labels.end(), std::pair{label, is}) != labels.end());
    });
    EXPECT_NE(wanted, metrics.end()) << name;
    shown_[0]->take();
    double found = 0;
    const auto index = static_cast<std::size_t>(wanted - metrics.begin());
    return shown_[0]->read(index, found) ? std::optional{found} : std::nullopt;
  }

  config::Config config_ = configured();
  probes::Board board_;
  FeedBox feeds_;
  std::vector<std::string> said_;
  Runner runner_{{board_, feeds_, [this](const std::string& line) { said_.push_back(line); }},
                 config_};
  std::shared_ptr<Feed> feed_;
  Numbers numbers_;
  nanoseconds now_{};
  probes::Board::All shown_;
};

using Checklist = AnAccount;

// Breaks it: sidecar/analytics/equity_curve.hpp: `capacity = longest_window / step + 1;` ->
// `capacity = longest_window / step;`
TEST_F(Checklist, R31AWeekOfLooksGivesTheReturnsOfAnHourADayAndAWeek) {
  plan(0);
  const auto equity_at = [](nanoseconds time) {
    return 10000 + std::chrono::duration<double, std::ratio<60>>(time).count();
  };
  for (nanoseconds time = 0s; time < 7 * 24h; time += 1min) {
    numbers_.all[equity] = equity_at(time);
    look(1min);
    if (time >= 1h) continue;
    EXPECT_EQ(value("outrider_equity_return_ratio", "window", "1h"), std::nullopt);
  }
  EXPECT_EQ(value("outrider_equity_return_ratio", "window", "7d"), std::nullopt);
  numbers_.all[equity] = equity_at(7 * 24h);
  look(1min);

  EXPECT_DOUBLE_EQ(*value("outrider_equity_return_ratio", "window", "7d"), 10080.0 / 10000);
  EXPECT_DOUBLE_EQ(*value("outrider_equity_return_ratio", "window", "24h"), 1440.0 / 18640);
  EXPECT_DOUBLE_EQ(*value("outrider_equity_return_ratio", "window", "1h"), 60.0 / 20020);
  EXPECT_GT(value("outrider_sharpe_ratio", "variant", "daily_252"), 0);
  EXPECT_LT(value("outrider_sharpe_ratio", "variant", "daily_252_risk_free_2"),
            value("outrider_sharpe_ratio", "variant", "daily_252"));
}

TEST_F(AnAccount, HasNoFigureOfWhatItDoesNotSeeNow) {
  plan(0);
  numbers_.all = {{equity, 100}, {realized, 0}, {trades, 0}};
  look(100ms);
  EXPECT_EQ(value("outrider_equity_drawdown_ratio"), 0);
  EXPECT_EQ(value("outrider_risk_samples"), 0);

  numbers_.all.clear();
  look(100ms);

  EXPECT_EQ(value("outrider_equity_drawdown_ratio"), std::nullopt);
  EXPECT_EQ(value("outrider_equity_max_drawdown_ratio"), std::nullopt);
  EXPECT_EQ(value("outrider_risk_samples"), std::nullopt);
}

TEST_F(AnAccount, HasNoFigureOfANumberThatIsNone) {
  plan(0);
  numbers_.all = {{equity, NAN}, {realized, INFINITY}, {trades, 0}};
  look(100ms);
  EXPECT_EQ(value("outrider_equity_drawdown_ratio"), std::nullopt);
  EXPECT_EQ(value("outrider_risk_samples"), std::nullopt);
}

TEST_F(AnAccount, TakesTheOneOfSeveralThatHasAValueAndSaysWhenTwoHave) {
  plan(0, 2);
  numbers_.all = {{equity, 100}};
  look(100ms);
  EXPECT_EQ(value("outrider_equity_drawdown_ratio"), 0);
  EXPECT_TRUE(said_.empty());

  numbers_.all[501] = 200;
  look(100ms);
  look(100ms);

  EXPECT_EQ(value("outrider_equity_drawdown_ratio"), std::nullopt);
  ASSERT_EQ(said_.size(), 1U);
  EXPECT_EQ(said_[0],
            "analytics desk.equity: found 2 series; needed one; add labels; what is made of it has "
            "no value");
}

TEST_F(AnAccount, ComparesNobodyWhereThereAreTooManyPositions) {
  plan(65);
  for (aggregate::ValueId id = first_price; id < first_price + 65; ++id) numbers_.all[id] = 1;
  look(100ms);
  ASSERT_EQ(said_.size(), 1U);
  EXPECT_EQ(said_[0],
            "analytics desk.prices: found 65 series; needed 64 or fewer; add labels; what is made "
            "of it has no value");
}

TEST_F(AnAccount, KeepsItsPastOverAPlanAndAReloadThatDoNotConcernIt) {
  plan(0);
  numbers_.all[equity] = 100;
  look(100ms);
  numbers_.all[equity] = 90;
  plan(3);
  config_.analytics.push_back(config_.analytics.front());
  config_.analytics.back().name = "other";
  runner_.reload(config_);
  config_.analytics.pop_back();
  runner_.reload(config_);
  look(100ms);
  EXPECT_DOUBLE_EQ(*value("outrider_equity_drawdown_ratio"), 0.1);

  config_.analytics.front().interval = 200ms;
  runner_.reload(config_);
  plan(0);
  look(200ms);
  EXPECT_EQ(value("outrider_equity_drawdown_ratio"), 0);  // another account: its peak is 90
}

TEST_F(AnAccount, KnowsWhatADayHasMadeByTheConfiguredBoundary) {
  config_.day.begins_at = 30min;
  runner_.reload(config_);
  plan(0);
  numbers_.all[realized] = 500;
  look(29min);
  EXPECT_EQ(value("outrider_pnl_today"), std::nullopt);
  numbers_.all[realized] = 485;
  look(2min);
  EXPECT_EQ(value("outrider_pnl_today"), -15);
}

// The values go away when nobody looks any more, as those of a probe do.
TEST_F(AnAccount, HasFiguresUntilTheNextLookIsLate) {
  plan(0);
  numbers_.all[equity] = 100;
  look(100ms);
  ASSERT_TRUE(value("outrider_equity_drawdown_ratio"));
  shown_[0]->expire(now_ + 2s);
  EXPECT_TRUE(value("outrider_equity_drawdown_ratio"));
  shown_[0]->expire(now_ + 2200ms);
  EXPECT_FALSE(value("outrider_equity_drawdown_ratio"));
}

TEST_F(AnAccount, IsSeenWithoutAllocating) {
  plan(64);
  for (aggregate::ValueId id = 0; id < first_price + 64; ++id) numbers_.all[id] = 1;
  const std::size_t before = test::allocations();
  for (int i = 0; i < 1000; ++i) feed_->fill(numbers_, i * 1ms, i * 1ms);
  EXPECT_EQ(test::allocations(), before);
}

TEST_F(AnAccount, IsComputedBesideAGuardThatGoesOn) {
  plan(10);
  numbers_.all = {{equity, 100}, {realized, 0}, {trades, 0}};
  look(0ms);
  ASSERT_EQ(value("outrider_equity_drawdown_ratio"), 0);
  std::atomic<bool> is_over{false};
  std::thread analytics{[&] {
    while (!is_over) runner_.step();
  }};
  double before = 0;
  bool are_whole = true;
  int changes = 0;
  for (int i = 1; changes < 200; ++i) {
    numbers_.all[equity] = 100 - i % 50;
    feed_->fill(numbers_, i * 100ms, midnight + i * 100ms);
    const double found = value("outrider_equity_drawdown_ratio").value_or(-1);
    are_whole = are_whole && std::abs(std::round(found * 100) - found * 100) < 1e-9 && found >= 0 &&
                found < 0.5;
    if (std::exchange(before, found) != found) ++changes;
    std::this_thread::yield();
  }
  is_over = true;
  analytics.join();
  EXPECT_TRUE(are_whole);
}

}  // namespace
}  // namespace outrider::analytics
