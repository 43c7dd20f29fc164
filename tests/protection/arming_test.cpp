// SPDX-License-Identifier: Apache-2.0
// UNARMED: where every first start and every doubt begins.
#include <gtest/gtest.h>

#include "protection/at.hpp"

namespace outrider::protection {
namespace {

GateState state(const Protection& protection, ScopeId scope) {
  return protection.verdict(std::vector{ScopeId{0}, scope}).state;
}

TEST(Arming, IsMissingAtFirstSoEveryGateIsUnarmed) {
  Protection protection;

  const Verdict verdict = protection.verdict(std::vector{ScopeId{0}, protection.scope("venue=x")});

  EXPECT_EQ(verdict.state, GateState::unarmed);
  EXPECT_EQ(verdict.scope, "global");
  EXPECT_EQ(verdict.reason, "no arming on record");
}

TEST(Arming, OfGlobalByAPersonLetsGatesTrade) {
  Protection protection;

  EXPECT_EQ(protection.arm(0, 0, person(), at(1s)), ArmAnswer::done);

  EXPECT_EQ(state(protection, protection.scope("venue=x")), GateState::trading);
}

TEST(Arming, OfANarrowScopeDoesNotLiftUnarmed) {
  Protection protection;
  const ScopeId venue = protection.scope("venue=x");
  protection.kill(venue, person(), at(1s));

  EXPECT_EQ(protection.arm(venue, 1, person(), at(2s)), ArmAnswer::done);

  EXPECT_EQ(state(protection, venue), GateState::unarmed);
}

TEST(Arming, OfGlobalLiftsKilledAndUnarmedTogether) {
  Protection protection;
  protection.kill(0, person(), at(1s));

  EXPECT_EQ(protection.arm(0, 1, person(), at(2s)), ArmAnswer::done);

  EXPECT_EQ(state(protection, 0), GateState::trading);
}

TEST(Arming, FindsNothingToArmWhereNothingIsLatched) {
  Armed protection;

  EXPECT_EQ(protection.arm(0, 0, person(), at(1s)), ArmAnswer::nothing_to_arm);
}

TEST(Arming, DoesNotEndAHalt) {
  Armed protection;
  const BreakerId storm = *protection.breaker({"RejectStorm", 0, BreakerAction::halt, 10s, 0s});
  protection.pass(storm, AlertSignal::firing, 1s);

  EXPECT_EQ(protection.arm(0, 0, person(), at(2s)), ArmAnswer::nothing_to_arm);
  EXPECT_EQ(protection.state({0}), GateState::halted);
}

TEST(Arming, AtStartLiftsUnarmed) {
  Protection protection;

  EXPECT_TRUE(protection.arm_at_start(at(0s)));

  EXPECT_EQ(state(protection, 0), GateState::trading);
}

TEST(Arming, AtStartNeverLiftsKilled) {
  Protection protection;
  protection.kill(0, person(), at(0s));

  protection.arm_at_start(at(0s));

  EXPECT_EQ(state(protection, 0), GateState::killed);
}

TEST(Arming, AtStartHappensOnce) {
  Protection protection;
  ASSERT_TRUE(protection.arm_at_start(at(0s)));

  EXPECT_FALSE(protection.arm_at_start(at(1s)));
}

}  // namespace
}  // namespace outrider::protection
