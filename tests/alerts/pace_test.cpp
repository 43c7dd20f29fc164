// SPDX-License-Identifier: Apache-2.0
#include "outputs/alerts/pace.hpp"

#include <gtest/gtest.h>

#include "alerts/sample.hpp"
#include "outputs/alerts/receiver.hpp"

namespace outrider::alerts {
namespace {

constexpr double no_jitter = 1.0;

TEST(ReceiverPace, DoublesThePauseAfterEachFailure) {
  Pace pace;
  pace.failed(0s, std::nullopt, no_jitter);
  EXPECT_FALSE(pace.admits(false, 499ms));
  EXPECT_TRUE(pace.admits(false, 500ms));
  pace.failed(1s, std::nullopt, no_jitter);
  EXPECT_FALSE(pace.admits(false, 1999ms));
  EXPECT_TRUE(pace.admits(false, 2s));
}

TEST(ReceiverPace, SpreadsThePausesOfReceiversThatFailTogether) {
  Pace early;
  early.failed(0s, std::nullopt, 0.0);
  EXPECT_TRUE(early.admits(false, 250ms));
  Pace late;
  late.failed(0s, std::nullopt, no_jitter);
  EXPECT_FALSE(late.admits(false, 250ms));
}

TEST(ReceiverPace, WaitsAsLongAsTheReceiverAsks) {
  Pace pace;
  pace.failed(0s, 7s, no_jitter);
  EXPECT_FALSE(pace.admits(false, 6999ms));
  EXPECT_TRUE(pace.admits(false, 7s));
  pace.failed(10s, 24h, no_jitter);
  EXPECT_TRUE(pace.admits(false, 10s + 5min)) << "but not for ever";
}

TEST(ReceiverPace, OpensAfterFiveFailuresForFiveMinutesAndThenTriesOnce) {
  Pace pace;
  nanoseconds now{};
  for (unsigned i = 0; i < Pace::failures_to_open; ++i) {
    EXPECT_EQ(pace.state(now), BreakerState::closed);
    pace.failed(now += 10s, std::nullopt, no_jitter);
  }
  EXPECT_EQ(pace.state(now), BreakerState::open);
  EXPECT_FALSE(pace.admits(false, now + 299s));
  EXPECT_EQ(pace.state(now + 300s), BreakerState::half_open);
  EXPECT_TRUE(pace.admits(false, now + 300s));

  pace.failed(now += 300s, std::nullopt, no_jitter);
  EXPECT_EQ(pace.state(now), BreakerState::open) << "the one attempt failed";
  pace.succeeded();
  EXPECT_EQ(pace.state(now), BreakerState::closed);
  EXPECT_TRUE(pace.admits(false, now));
}

TEST(ReceiverPace, LetsAKillThroughAnOpenBreakerButNotThroughABackoff) {
  Pace pace;
  for (unsigned i = 0; i < Pace::failures_to_open; ++i) pace.failed(0s, std::nullopt, no_jitter);
  EXPECT_FALSE(pace.admits(true, 7s));
  EXPECT_TRUE(pace.admits(true, 8s));
  EXPECT_FALSE(pace.admits(false, 8s));
}

TEST(ReceiverRate, AllowsSoManyAMinuteAndAsManyAtOnce) {
  RateLimit rate{2};
  int taken = 0;
  for (nanoseconds now{}; now < 60s; now += 1s) {
    if (!rate.has_room(now)) continue;
    rate.take();
    ++taken;
  }
  EXPECT_EQ(taken, 3) << "two that were saved up, and one that came in half a minute";
}

struct ReceiverBatch : testing::Test {
  config::ReceiverConfig config{.kind = config::ReceiverKind::webhook, .name = "hook"};
  RateLimit everybody{100};
  Book book{1000, [](const Alert&) { return nanoseconds{0}; }};

  /// How many go into the next request of a lane.
  std::size_t next(Receiver& receiver, bool kills = false) {
    std::vector<Message> due = book.due(receiver.recipient, at(0s));
    std::erase_if(due, [&](const Message& each) { return is_kill(each.alert) != kills; });
    return receiver.next_batch(std::move(due), 0s, everybody).size();
  }
};

TEST_F(ReceiverBatch, JoinsAlertsOfOneNameForAWebhook) {
  Receiver receiver{config, {}};
  Alert other = sample("Slow");
  other.labels.back().second = "kraken";
  for (const Alert& alert : {sample("Slow"), other, sample("Other")}) book.fire(alert);
  EXPECT_EQ(next(receiver), 2U);
}

TEST_F(ReceiverBatch, SendsAllAtOnceToAlertmanager) {
  config.kind = config::ReceiverKind::alertmanager;
  Receiver receiver{config, {}};
  for (int i = 0; i < 300; ++i) book.fire(sample("Alert" + std::to_string(i)));
  EXPECT_EQ(next(receiver), 256U);
}

TEST_F(ReceiverBatch, SendsOneByOneAfterARefusal) {
  config.kind = config::ReceiverKind::alertmanager;
  Receiver receiver{config, {}};
  for (int i = 0; i < 3; ++i) book.fire(sample("Alert" + std::to_string(i)));
  receiver.singles = 3;
  EXPECT_EQ(next(receiver), 1U);
}

TEST_F(ReceiverBatch, WaitsForTheRateLimitOfAllUnlessItIsAKill) {
  Receiver receiver{config, {}};
  everybody = RateLimit{1};
  everybody.take();
  book.fire(sample("Slow"));
  EXPECT_EQ(next(receiver), 0U);
  book.fire(sample_kill("global"));
  EXPECT_EQ(next(receiver, true), 1U);
  EXPECT_EQ(next(receiver), 0U);
}

}  // namespace
}  // namespace outrider::alerts
