// SPDX-License-Identifier: Apache-2.0
// Which scope a firing alert is about, and what is told of its recovery.
#include "recovery/recoverer.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

namespace outrider::recovery {
namespace {

using namespace std::chrono_literals;
using rules::AlertState;

/// Done when the test says so.
struct Held final : Action {
  explicit Held(const std::optional<Outcome>& held) : outcome{held} {}
  std::optional<Outcome> look(nanoseconds) override { return outcome; }
  const std::optional<Outcome>& outcome;
};

struct Recoveries : testing::Test {
  std::vector<std::string> begun;
  std::optional<Outcome> outcome = Outcome{true, "told"};
  Recoverer recoverer{[this](const Order& order) {
    begun.push_back(name_of(order.step) + " @ " + order.scope);
    return std::make_unique<Held>(outcome);
  }};
  const aggregate::Labels binance{{"venue", "binance"}};
  const aggregate::Labels kraken{{"venue", "kraken"}};
  const aggregate::Labels none{};

  void SetUp() override {
    config::RecoveryStep reconnect;
    reconnect.directive = "reconnect";
    config::RecoveryStep halt;
    halt.kind = config::RecoveryStep::Kind::halt;
    halt.halt = 10min;
    recoverer.configure({{"Down", "venue", 5min, {reconnect, halt}, {}}});
  }
  std::vector<Event> step(const std::vector<Seen>& alerts, nanoseconds now) {
    return recoverer.step(alerts, {now, now});
  }
};

TEST_F(Recoveries, AreOfEachScopeByItself) {
  step({{"Down", binance, AlertState::firing}, {"Down", kraken, AlertState::inactive}}, 0s);
  EXPECT_EQ(begun, std::vector<std::string>{"directive reconnect @ venue=binance"});
  step({{"Down", binance, AlertState::inactive}, {"Down", kraken, AlertState::firing}}, 1s);
  EXPECT_EQ(begun.size(), 2U);
  EXPECT_EQ(begun.back(), "directive reconnect @ venue=kraken");
}

TEST_F(Recoveries, AreNotOfOtherAlertsNorOfOnesThatDoNotSayWhose) {
  step({{"Other", binance, AlertState::firing}, {"Down", none, AlertState::firing}}, 0s);
  EXPECT_TRUE(begun.empty());
}

TEST_F(Recoveries, TellEachStepThatEndedAndKeepIt) {
  step({{"Down", binance, AlertState::firing}}, 0s);
  step({{"Down", binance, AlertState::firing}}, 1s);
  const auto second = step({{"Down", binance, AlertState::firing}}, 31s);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].what, "directive reconnect");
  EXPECT_EQ(second[0].result, Result::not_verified);
  EXPECT_EQ(second[0].detail, "told");
  EXPECT_EQ(begun.back(), "halt_new 10m @ venue=binance");
  step({{"Down", binance, AlertState::firing}}, 32s);
  const auto last = step({{"Down", binance, AlertState::firing}}, 62s);
  ASSERT_EQ(last.size(), 1U);
  EXPECT_TRUE(last[0].exhausted);
  EXPECT_EQ(recoverer.exhausted(), 1U);
  EXPECT_EQ(recoverer.history().size(), 2U);
  EXPECT_EQ(recoverer.history().front().what, "halt_new 10m") << "the newest first";
}

TEST_F(Recoveries, WaitForAnActionThatIsUnderWay) {
  outcome.reset();
  step({{"Down", binance, AlertState::firing}}, 0s);
  EXPECT_TRUE(step({{"Down", binance, AlertState::inactive}}, 1h).empty());
  outcome = Outcome{true, {}};
  const auto ended = step({{"Down", binance, AlertState::inactive}}, 2h);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].result, Result::recovered);
}

TEST_F(Recoveries, DoNotTakeAVanishedAlertForAnEndedOne) {
  step({{"Down", binance, AlertState::firing}}, 0s);
  EXPECT_TRUE(step({}, 1s).empty());
  const auto ended = step({}, 31s);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].result, Result::not_verified);
}

TEST_F(Recoveries, GoOnThroughAReloadThatLeavesThemAsTheyWere) {
  step({{"Down", binance, AlertState::firing}}, 0s);
  SetUp();
  step({{"Down", binance, AlertState::firing}}, 1s);
  EXPECT_EQ(begun.size(), 1U);
}

TEST_F(Recoveries, KeepABoundedHistoryAndNoScopeThatIsOver) {
  for (int i = 0; i < 2000; ++i) {
    const nanoseconds now = i * 10min;
    step({{"Down", binance, AlertState::firing}}, now);
    step({{"Down", binance, AlertState::inactive}}, now + 1s);
  }
  EXPECT_EQ(recoverer.history().size(), Recoverer::most_events);
}

// Breaks it: sidecar/recovery/recoverer.cpp: `history_.size() > most_events` -> `history_.size() >
// 900 * most_events`
TEST(ChecklistR67Recovery, IsRememberedInAThousandStepsHoweverManyThereWere) {
  const std::optional<Outcome> failed = Outcome{false, "the program ended with 3"};
  Recoverer recoverer{[&](const Order&) { return std::make_unique<Held>(failed); }};
  config::RecoveryStep step;
  step.directive = "reconnect";
  recoverer.configure({{"Down", "venue", 1s, std::vector<config::RecoveryStep>(16, step), {}}});
  std::vector<aggregate::Labels> venues;
  for (int i = 0; i < 100; ++i) venues.push_back({{"venue", std::to_string(i)}});
  const auto seen = [&](AlertState state) {
    std::vector<Seen> all;
    for (const aggregate::Labels& labels : venues) all.push_back({"Down", labels, state});
    return all;
  };
  const auto firing = seen(AlertState::firing);
  const auto clear = seen(AlertState::inactive);
  nanoseconds now{};
  std::size_t results = 0;
  const auto go_on_until = [&](std::size_t wanted) {
    while (results < wanted) {
      for (int i = 0; i < 17; ++i) results += recoverer.step(firing, {now, now}).size();
      recoverer.step(clear, {now, now});
      recoverer.step(clear, {now += 2s, now});
    }
    return ::mallinfo2().uordblks;
  };
  const std::size_t bytes_before = go_on_until(10'000);

  const std::size_t bytes_after = go_on_until(1'000'000);

  EXPECT_EQ(recoverer.history().size(), 1000U);
  EXPECT_LT(bytes_after, bytes_before + 64 * 1024);
}

}  // namespace
}  // namespace outrider::recovery
