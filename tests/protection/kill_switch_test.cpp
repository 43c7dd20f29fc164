// SPDX-License-Identifier: Apache-2.0
// The kill switch latches, whoever pulled it.
#include <gtest/gtest.h>

#include "protection/at.hpp"

namespace outrider::protection {
namespace {

struct KillSwitch : testing::Test {
  Armed protection;
  ScopeId venue = protection.scope("venue=binance");
  BreakerId loss = *protection.breaker({"DailyLoss", venue, BreakerAction::kill, 0s, 0s});

  GateState state() const { return protection.state({venue}); }
};

TEST_F(KillSwitch, KillsWhenItsAlertFires) {
  protection.pass(loss, AlertSignal::firing, 1s);

  EXPECT_EQ(state(), GateState::killed);
  EXPECT_EQ(protection.verdict(std::vector{venue}).rule, "DailyLoss");
}

TEST_F(KillSwitch, StaysKilledAfterTheConditionClears) {
  protection.pass(loss, AlertSignal::firing, 1s);
  protection.pass(loss, AlertSignal::clear, 24h);

  EXPECT_EQ(state(), GateState::killed);
}

TEST_F(KillSwitch, KillsForAPersonFromEveryState) {
  const BreakerId storm = *protection.breaker({"RejectStorm", venue, BreakerAction::halt, 10s, 0s});
  protection.pass(storm, AlertSignal::firing, 1s);

  protection.kill(venue, person(), at(2s));

  EXPECT_EQ(state(), GateState::killed);
  EXPECT_EQ(protection.verdict(std::vector{venue}).actor, "ann");
}

TEST_F(KillSwitch, KillsWhileUnarmed) {
  Protection unarmed;
  unarmed.kill(unarmed.scope("global"), person(), at(1s));

  EXPECT_EQ(unarmed.verdict(std::vector<ScopeId>{0}).state, GateState::killed);
}

TEST_F(KillSwitch, KeepsTheFirstCauseAndWritesDownTheLaterOnes) {
  protection.kill(venue, person("the first reason"), at(1s));
  protection.kill(venue, {{}, "bob", "the second reason", 0}, at(2s));

  EXPECT_EQ(protection.verdict(std::vector{venue}).actor, "ann");
  EXPECT_EQ(protection.actions(), (std::vector{Action::kill, Action::kill}));
}

TEST_F(KillSwitch, WritesAnAlertThatComesAndGoesDownOnce) {
  for (int i = 0; i < 100; ++i) {
    protection.pass(loss, i % 2 == 0 ? AlertSignal::firing : AlertSignal::clear, i * 1s);
  }

  EXPECT_EQ(protection.changes().size(), 1U);
}

TEST(KillSwitchAfterARestart, CountsTheAlertThatFiredThroughItOnce) {
  Protection again;
  const ScopeId venue = again.scope("venue=binance");
  InitialState before;
  before.killed = {{Action::kill, "venue=binance", {"DailyLoss", {}, {}, 7}, at(0s).wall}};
  again.restore(before, at(1s));
  again.clear_changes();
  const BreakerId loss = *again.breaker({"DailyLoss", venue, BreakerAction::kill, 0s, 0s});
  const BreakerId other = *again.breaker({"Drawdown", venue, BreakerAction::kill, 0s, 0s});
  const auto pass = [&](BreakerId id, AlertSignal signal, std::chrono::nanoseconds when) {
    again.observe(id, signal, 1);
    again.tick(at(when));
  };

  pass(loss, AlertSignal::firing, 2s);
  EXPECT_EQ(again.breaker_at(loss).trips(), 0U);
  EXPECT_TRUE(again.changes().empty()) << "it is on record";

  pass(loss, AlertSignal::clear, 3s);
  pass(loss, AlertSignal::firing, 4s);
  EXPECT_EQ(again.breaker_at(loss).trips(), 1U) << "fired anew";
  pass(other, AlertSignal::firing, 5s);
  EXPECT_EQ(again.breaker_at(other).trips(), 1U);
}

TEST_F(KillSwitch, IsLiftedByArming) {
  protection.kill(venue, person(), at(1s));
  std::uint64_t kills = 0;
  ASSERT_EQ(protection.may_arm(venue, kills), ArmAnswer::done);

  EXPECT_EQ(protection.arm(venue, kills, person(), at(2s)), ArmAnswer::done);
  EXPECT_EQ(state(), GateState::trading);
}

TEST_F(KillSwitch, IsNotLiftedByArmingAnotherScope) {
  const ScopeId other = protection.scope("venue=kraken");
  protection.kill(venue, person(), at(1s));
  protection.kill(other, person(), at(1s));

  EXPECT_EQ(protection.arm(other, 1, person(), at(2s)), ArmAnswer::done);
  EXPECT_EQ(state(), GateState::killed);
}

TEST_F(KillSwitch, IsNotLiftedWhileItsAlertFires) {
  protection.pass(loss, AlertSignal::firing, 1s);

  EXPECT_EQ(protection.arm(venue, 1, person(), at(2s)), ArmAnswer::still_firing);
  EXPECT_EQ(state(), GateState::killed);
}

TEST_F(KillSwitch, IsNotLiftedByAnArmingDecidedBeforeALaterKill) {
  protection.kill(venue, person(), at(1s));
  std::uint64_t kills = 0;
  ASSERT_EQ(protection.may_arm(venue, kills), ArmAnswer::done);
  protection.kill(venue, {{}, "bob", "worse than thought", 0}, at(2s));

  EXPECT_EQ(protection.arm(venue, kills, person(), at(3s)), ArmAnswer::killed_again);
  EXPECT_EQ(state(), GateState::killed);
}

TEST_F(KillSwitch, WinsOverArmingInTheSamePass) {
  protection.kill(venue, person(), at(1s));
  protection.tick(at(1s));
  ASSERT_EQ(protection.arm(venue, 1, person(), at(2s)), ArmAnswer::done);
  protection.pass(loss, AlertSignal::firing, 2s);

  EXPECT_EQ(state(), GateState::killed);
}

TEST_F(KillSwitch, FallsOnTheWholeHouseWhenTheScopeHasNoRoom) {
  protection.kill(protection.scope("not a scope"), person(), at(1s));

  EXPECT_EQ(protection.state({protection.scope("global")}), GateState::killed);
}

}  // namespace
}  // namespace outrider::protection
