// SPDX-License-Identifier: Apache-2.0
// A person's halt, and the list of those who have closed a scope.
#include <gtest/gtest.h>

#include "protection/at.hpp"

namespace outrider::protection {
namespace {

Cause halt_of(const char* who, double seconds) {
  return {{}, who, "looks odd", seconds};
}

struct OperatorHalt : testing::Test {
  Armed protection;
  ScopeId venue = protection.scope("venue=binance");

  Verdict verdict() const { return protection.verdict(std::vector{venue}); }
  GateState state() const { return verdict().state; }
  ArmAnswer arm(std::chrono::nanoseconds when) {
    std::uint64_t seen = 0;
    const ArmAnswer may = protection.may_arm(venue, seen);
    return may == ArmAnswer::done ? protection.arm(venue, seen, person(), at(when)) : may;
  }
};

TEST_F(OperatorHalt, HoldsUntilArmed) {
  protection.halt(venue, halt_of("ann", 0), at(0s));
  protection.tick(at(24h));
  EXPECT_EQ(state(), GateState::halted);
  EXPECT_EQ(verdict().actor, "ann");

  EXPECT_EQ(arm(24h), ArmAnswer::done);
  EXPECT_EQ(state(), GateState::trading);
  EXPECT_EQ(protection.actions(), (std::vector{Action::halt, Action::arm}));
}

TEST_F(OperatorHalt, EndsWithItsTime) {
  protection.halt(venue, halt_of("ann", 600), at(0s));
  protection.tick(at(10min - 1ns));
  EXPECT_EQ(state(), GateState::halted);
  EXPECT_EQ(why(verdict()).view(), "looks odd, 1 min left");

  protection.tick(at(10min));
  EXPECT_EQ(state(), GateState::trading);
  EXPECT_EQ(protection.actions(), (std::vector{Action::halt, Action::clear}));
}

TEST_F(OperatorHalt, IsArmedBeforeItsTimeToo) {
  protection.halt(venue, halt_of("ann", 600), at(0s));

  EXPECT_EQ(arm(1s), ArmAnswer::done);
  EXPECT_EQ(state(), GateState::trading);
}

TEST_F(OperatorHalt, IsMadeLongerButNeverShorterByAnother) {
  protection.halt(venue, halt_of("ann", 600), at(0s));
  protection.halt(venue, halt_of("bob", 60), at(1s));
  protection.tick(at(5min));
  EXPECT_EQ(state(), GateState::halted);
  EXPECT_TRUE(protection.changes()[1].journal_only);

  protection.halt(venue, halt_of("eve", 0), at(6min));
  EXPECT_FALSE(protection.changes()[2].journal_only);
  protection.tick(at(24h));
  EXPECT_EQ(state(), GateState::halted);
  EXPECT_EQ(verdict().actor, "ann");
  EXPECT_EQ(why(verdict()).view(), "looks odd, also bob, eve");
}

TEST_F(OperatorHalt, LeavesTheLatchOfAKillAlone) {
  protection.kill(venue, person(), at(0s));
  protection.halt(venue, halt_of("bob", 60), at(1s));
  protection.tick(at(2min));

  EXPECT_EQ(state(), GateState::killed);
  for (const Change& change : protection.changes()) {
    EXPECT_EQ(change.journal_only, change.entry.action != Action::kill);
  }
}

TEST_F(OperatorHalt, IsNotLiftedByAnArmingDecidedBeforeIt) {
  protection.kill(venue, person(), at(0s));
  std::uint64_t seen = 0;
  ASSERT_EQ(protection.may_arm(venue, seen), ArmAnswer::done);
  protection.halt(venue, halt_of("bob", 0), at(1s));

  EXPECT_EQ(protection.arm(venue, seen, person(), at(2s)), ArmAnswer::killed_again);
}

TEST_F(OperatorHalt, OfAScopeWithoutRoomHaltsTheWholeHouse) {
  protection.halt(protection.scope("not a scope"), halt_of("ann", 0), at(0s));

  EXPECT_EQ(protection.state({protection.scope("global")}), GateState::halted);
}

struct SeveralCauses : OperatorHalt {
  std::vector<BreakerId> rules;
  SeveralCauses() {
    for (const char* rule : {"One", "Two", "Three", "Four", "Five", "Six", "Seven"}) {
      rules.push_back(*protection.breaker({rule, venue, BreakerAction::halt, 10s, 0s}));
    }
  }
  void trip(std::size_t from, std::size_t to, std::chrono::nanoseconds when) {
    for (std::size_t i = from; i < to; ++i) protection.observe(rules[i], AlertSignal::firing, 1);
    protection.tick(at(when));
  }
};

TEST_F(SeveralCauses, KeepTheFirstAndAppendTheOthers) {
  trip(2, 3, 0s);
  trip(0, 2, 1s);

  EXPECT_EQ(why(verdict()).view(), "Three, also One, Two");
}

TEST_F(SeveralCauses, AreCountedBeyondFour) {
  trip(0, 7, 0s);

  EXPECT_EQ(verdict().also.size(), 4U);
  EXPECT_EQ(verdict().also_count, 6U);
  EXPECT_EQ(why(verdict()).view(), "One, also Two, Three, Four, Five, and 2 more");
}

TEST_F(SeveralCauses, BeginAnewWithAMoreRestrictiveState) {
  trip(0, 3, 0s);
  protection.kill(venue, person("enough"), at(1s));
  EXPECT_EQ(why(verdict()).view(), "enough");

  trip(3, 4, 2s);
  EXPECT_EQ(why(verdict()).view(), "enough, also Four");
}

TEST_F(SeveralCauses, AreForgottenOnceTheScopeTrades) {
  trip(0, 2, 0s);
  protection.tick(at(10s));
  ASSERT_EQ(state(), GateState::trading);
  trip(2, 3, 11s);

  EXPECT_EQ(why(verdict()).view(), "Three");
}

}  // namespace
}  // namespace outrider::protection
