// SPDX-License-Identifier: Apache-2.0
// REDUCE_ONLY for an hour after a loss, ended by a win.
#include <gtest/gtest.h>

#include "protection/at.hpp"

namespace outrider::protection {
namespace {

struct EntryBlock : testing::Test {
  Armed protection;
  ScopeId desk = protection.scope("strategy=mm1");
  BreakerId loss = *protection.breaker({"Loss", desk, BreakerAction::block, 60min});

  Verdict verdict() const { return protection.verdict(std::vector{desk}); }
  GateState state() const { return verdict().state; }
  void pass(AlertSignal signal, std::chrono::nanoseconds when,
            AlertSignal win = AlertSignal::clear) {
    protection.observe_clearing(loss, win);
    protection.pass(loss, signal, when);
  }
};

TEST_F(EntryBlock, LetsOnlyReducingOrdersPassFromWhenItsAlertFires) {
  pass(AlertSignal::pending, 0s);
  EXPECT_EQ(state(), GateState::trading);

  pass(AlertSignal::firing, 1s);
  EXPECT_EQ(state(), GateState::reduce_only);
  EXPECT_EQ(verdict().rule, "Loss");
  ASSERT_EQ(protection.actions(), std::vector{Action::block_entries});
  EXPECT_EQ(protection.changes()[0].entry.cause.value, 3600);
}

TEST_F(EntryBlock, EndsWhenItsTimeIsOver) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 60min - 1ns);
  EXPECT_EQ(state(), GateState::reduce_only);

  pass(AlertSignal::clear, 60min);
  EXPECT_EQ(state(), GateState::trading);
  EXPECT_EQ(protection.actions(), (std::vector{Action::block_entries, Action::unblock}));
}

TEST_F(EntryBlock, SaysHowManyMinutesAreLeft) {
  pass(AlertSignal::firing, 0s);
  EXPECT_EQ(why(verdict()).view(), "Loss, 60 min left");

  pass(AlertSignal::clear, 1min);
  EXPECT_EQ(why(verdict()).view(), "Loss, 59 min left");
  pass(AlertSignal::clear, 60min - 1ns);
  EXPECT_EQ(why(verdict()).view(), "Loss, 1 min left");
}

TEST_F(EntryBlock, BeginsAnewWhenItsAlertFiresAgain) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 1s);
  pass(AlertSignal::firing, 30min);
  pass(AlertSignal::clear, 90min - 1ns);
  EXPECT_EQ(state(), GateState::reduce_only);
  EXPECT_EQ(verdict().since_wall, at(0s).wall);

  pass(AlertSignal::clear, 90min);
  EXPECT_EQ(state(), GateState::trading);
}

TEST_F(EntryBlock, DoesNotEndWhileItsAlertFires) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::firing, 61min);
  EXPECT_EQ(state(), GateState::reduce_only);

  pass(AlertSignal::clear, 61min + 1s);
  EXPECT_EQ(state(), GateState::trading);
}

TEST_F(EntryBlock, EndsWhenTheClearingAlertBeginsToFire) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 1min, AlertSignal::firing);

  EXPECT_EQ(state(), GateState::trading);
}

TEST_F(EntryBlock, IsNotEndedByAnAlertThatFiredBefore) {
  pass(AlertSignal::clear, 0s, AlertSignal::firing);
  pass(AlertSignal::firing, 1s, AlertSignal::firing);
  pass(AlertSignal::clear, 2s, AlertSignal::firing);

  EXPECT_EQ(state(), GateState::reduce_only);
}

TEST_F(EntryBlock, WinsOverTheClearingAlertInTheSamePass) {
  pass(AlertSignal::firing, 0s, AlertSignal::firing);

  EXPECT_EQ(state(), GateState::reduce_only);
}

TEST_F(EntryBlock, GivesWayToAHalt) {
  const BreakerId storm = *protection.breaker({"Storm", desk, BreakerAction::halt, 10s});
  protection.observe(storm, AlertSignal::firing, 1);
  pass(AlertSignal::firing, 0s);
  EXPECT_EQ(state(), GateState::halted);
  EXPECT_EQ(verdict().rule, "Storm");

  pass(AlertSignal::clear, 10s);
  EXPECT_EQ(state(), GateState::reduce_only);
}

}  // namespace
}  // namespace outrider::protection
