// SPDX-License-Identifier: Apache-2.0
// One step after the other, and none without need.
#include "recovery/chain.hpp"

#include <gtest/gtest.h>

namespace outrider::recovery {
namespace {

using namespace std::chrono_literals;
using State = Chain::State;

struct ThreeSteps : testing::Test {
  config::RecoveryConfig config = [] {
    config::RecoveryConfig three;
    three.cooldown = 5min;
    three.steps.resize(3);
    for (config::RecoveryStep& step : three.steps) step.verify = 10s;
    return three;
  }();
  Chain chain;

  Chain::Look look(Health health, nanoseconds now) { return chain.look(config, health, now); }
  void acted(bool done, nanoseconds now) { chain.acted(config, done, now); }
};

TEST_F(ThreeSteps, BeginWithTheFirstWhenTheAlertFires) {
  EXPECT_FALSE(look(Health::clear, 0s).begin);
  EXPECT_FALSE(look(Health::unknown, 1s).begin);
  EXPECT_EQ(look(Health::firing, 2s).begin, 0U);
  EXPECT_FALSE(look(Health::firing, 3s).begin) << "it is under way";
}

TEST_F(ThreeSteps, StopBehindTheOneThatHelped) {
  look(Health::firing, 0s);
  acted(true, 1s);
  const Chain::Look found = look(Health::clear, 2s);
  ASSERT_TRUE(found.ended);
  EXPECT_EQ(found.ended->result, Result::recovered);
  EXPECT_FALSE(found.begin);
  EXPECT_EQ(chain.state(), State::resting);
}

TEST_F(ThreeSteps, GoOnWhenTheAlertHasNotEndedInTime) {
  look(Health::firing, 0s);
  acted(true, 1s);
  EXPECT_FALSE(look(Health::firing, 11s - 1ns).ended);
  const Chain::Look found = look(Health::firing, 11s);
  ASSERT_TRUE(found.ended);
  EXPECT_EQ(found.ended->result, Result::not_verified);
  EXPECT_EQ(found.begin, 1U);
}

TEST_F(ThreeSteps, GoOnAtOnceWhenOneCannotBeDone) {
  look(Health::firing, 0s);
  acted(false, 1s);
  const Chain::Look found = look(Health::firing, 1s);
  ASSERT_TRUE(found.ended);
  EXPECT_EQ(found.ended->result, Result::failed);
  EXPECT_EQ(found.begin, 1U);
}

TEST_F(ThreeSteps, DoNotTakeSilenceForHealth) {
  look(Health::firing, 0s);
  acted(true, 1s);
  EXPECT_FALSE(look(Health::unknown, 5s).ended);
  EXPECT_EQ(look(Health::unknown, 11s).begin, 1U);
}

TEST_F(ThreeSteps, ReachTheLastAndSayThatAllWereTried) {
  look(Health::firing, 0s);
  for (int step = 0; step < 3; ++step) {
    acted(true, step * 20s);
    EXPECT_TRUE(look(Health::firing, step * 20s + 10s).ended);
  }
  EXPECT_EQ(chain.state(), State::exhausted);
  EXPECT_FALSE(look(Health::firing, 24h).begin) << "a person's turn";

  look(Health::clear, 25h);
  EXPECT_EQ(look(Health::firing, 26h).begin, 0U);
}

TEST_F(ThreeSteps, RestForTheCooldown) {
  look(Health::firing, 0s);
  acted(true, 1s);
  look(Health::clear, 2s);
  EXPECT_FALSE(look(Health::firing, 5min - 1ns).begin);
  EXPECT_FALSE(chain.is_over(5min - 1ns));
  EXPECT_TRUE(chain.is_over(5min));
  EXPECT_EQ(look(Health::firing, 5min).begin, 0U);
}

}  // namespace
}  // namespace outrider::recovery
