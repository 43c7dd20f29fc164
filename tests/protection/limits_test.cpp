// SPDX-License-Identifier: Apache-2.0
// How often somebody may arm or be refused, and when it takes two.
#include <gtest/gtest.h>

#include "protection/control.hpp"
#include "protection/guard_thread.hpp"

namespace outrider::protection {
namespace {

using namespace std::chrono_literals;

constexpr const char* wanted = R"({"reason": "limits checked with the desk"})";
const Caller bert{"bert", Role::armer};

struct TwoPersons : testing::Test {
  OwnDirectory directory;
  Life life{directory, false, {.patience = 10s, .needs_second_person = true}};
  Now now = real_now();

  void SetUp() override {
    life.run_guard();
    EXPECT_EQ(arm(anna), 200U);  // UNARMED takes one
    now.steady += arm_interval;
    kill();
  }
  unsigned arm(const Caller& who) { return life.control->arm(wanted, who, now).status; }
  void kill() { EXPECT_EQ(life.control->kill(wanted, bert, now).status, 200U); }
};

TEST_F(TwoPersons, LiftAKillTogether) {
  EXPECT_EQ(arm(anna), 202U);
  EXPECT_EQ(life.state("global"), GateState::killed);

  EXPECT_EQ(arm(bert), 200U);

  life.stop_guard();
  EXPECT_EQ(life.state("global"), GateState::trading);
}

TEST_F(TwoPersons, AreOneAgainAfterAReloadThatSaysSo) {
  EXPECT_EQ(arm(anna), 202U);
  life.control->need_second_person(false);
  EXPECT_EQ(arm(anna), 200U);

  now.steady += arm_interval;
  kill();
  life.control->need_second_person(true);
  EXPECT_EQ(arm(anna), 202U);
  EXPECT_EQ(life.state("global"), GateState::killed);
}

TEST_F(TwoPersons, AreNotOnePersonTwice) {
  EXPECT_EQ(arm(anna), 202U);
  EXPECT_EQ(arm(anna), 202U);
  EXPECT_EQ(life.state("global"), GateState::killed);
}

TEST_F(TwoPersons, AgreeWithinFiveMinutes) {
  EXPECT_EQ(arm(anna), 202U);
  now.steady += second_person_within + 1ns;
  EXPECT_EQ(arm(bert), 202U);

  EXPECT_EQ(arm(anna), 200U);
}

TEST_F(TwoPersons, MeanTheSameKill) {
  EXPECT_EQ(arm(anna), 202U);
  kill();
  EXPECT_EQ(arm(bert), 202U);
  EXPECT_EQ(life.state("global"), GateState::killed);
}

TEST(RefusalLimiter, WritesABurstAndThenOneASecondAndTellsTheRest) {
  RefusalLimiter limiter;
  int written = 0;
  for (int i = 0; i < 100; ++i) written += limiter.take(1h) ? 1 : 0;

  EXPECT_EQ(written, 60);
  EXPECT_EQ(limiter.take_unwritten(), 40U);
  EXPECT_TRUE(limiter.take(1h + 1s));
  EXPECT_FALSE(limiter.take(1h + 1s));
  EXPECT_EQ(limiter.take_unwritten(), 1U);
}

TEST(ArmLimiter, LetsAScopeInAgainAfterAMinute) {
  ArmLimiter limiter;
  EXPECT_TRUE(limiter.take(1, 0s));
  EXPECT_FALSE(limiter.take(1, 60s - 1ns));
  EXPECT_TRUE(limiter.take(2, 1s));

  EXPECT_TRUE(limiter.take(1, 60s));
}

}  // namespace
}  // namespace outrider::protection
