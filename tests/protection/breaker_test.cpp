// SPDX-License-Identifier: Apache-2.0
// Every transition of a circuit breaker, on a simulated clock.
#include <gtest/gtest.h>

#include "protection/at.hpp"

namespace outrider::protection {
namespace {

struct CircuitBreaker : testing::Test {
  Armed protection;
  ScopeId gateway = protection.scope("producer=gateway-1");
  BreakerId storm = *protection.breaker({"RejectStorm", gateway, BreakerAction::halt, 10s, 0s});

  GateState state() const { return protection.state({gateway}); }
  void pass(AlertSignal signal, std::chrono::nanoseconds when) {
    protection.pass(storm, signal, when);
  }
};

TEST_F(CircuitBreaker, IsTradingWhileTheAlertIsClear) {
  pass(AlertSignal::clear, 1s);

  EXPECT_EQ(state(), GateState::trading);
  EXPECT_TRUE(protection.changes().empty());
}

TEST_F(CircuitBreaker, IsTradingWhileTheAlertIsPending) {
  pass(AlertSignal::pending, 1s);

  EXPECT_EQ(state(), GateState::trading);
}

TEST_F(CircuitBreaker, HaltsInThePassInWhichTheAlertFires) {
  pass(AlertSignal::firing, 1s);

  EXPECT_EQ(state(), GateState::halted);
  EXPECT_EQ(protection.actions(), std::vector{Action::trip});
}

TEST_F(CircuitBreaker, TripsOnceForAnAlertThatGoesOnFiring) {
  pass(AlertSignal::firing, 1s);
  pass(AlertSignal::firing, 2s);
  pass(AlertSignal::firing, 30s);

  EXPECT_EQ(protection.breaker_at(storm).trips(), 1U);
  EXPECT_EQ(protection.changes().size(), 1U);
}

TEST_F(CircuitBreaker, KeepsTheFirstCauseAndTime) {
  protection.observe(storm, AlertSignal::firing, 0.5);
  protection.tick(at(1s));
  protection.observe(storm, AlertSignal::firing, 0.9);
  protection.tick(at(2s));

  EXPECT_EQ(protection.breaker_at(storm).cause().value, 0.5);
  EXPECT_EQ(protection.verdict(std::vector{gateway}).since_wall, at(1s).wall);
}

TEST_F(CircuitBreaker, StaysHaltedUntilTheCooldownHasElapsed) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 10s - 1ns);

  EXPECT_EQ(state(), GateState::halted);
}

TEST_F(CircuitBreaker, TradesAgainOnceTheCooldownHasElapsedAndTheAlertIsClear) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 10s);

  EXPECT_EQ(state(), GateState::trading);
  EXPECT_EQ(protection.actions(), (std::vector{Action::trip, Action::clear}));
}

TEST_F(CircuitBreaker, StaysHaltedAfterTheCooldownWhileTheAlertFires) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::firing, 60s);
  EXPECT_EQ(state(), GateState::halted);

  pass(AlertSignal::clear, 60s + 1ms);
  EXPECT_EQ(state(), GateState::trading);
}

TEST_F(CircuitBreaker, StaysHaltedAfterTheCooldownWhileTheAlertIsPending) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::pending, 60s);

  EXPECT_EQ(state(), GateState::halted);
}

TEST_F(CircuitBreaker, IsNotHeldByARuleWithoutData) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::no_data, 60s);

  EXPECT_EQ(state(), GateState::trading);
}

TEST_F(CircuitBreaker, WaitsForTheQuietPeriodAfterTheAlert) {
  ASSERT_TRUE(protection.breaker({"RejectStorm", gateway, BreakerAction::halt, 10s, 5s}));
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::firing, 8s);
  pass(AlertSignal::clear, 13s - 1ns);
  EXPECT_EQ(state(), GateState::halted);

  pass(AlertSignal::clear, 13s);
  EXPECT_EQ(state(), GateState::trading);
}

TEST_F(CircuitBreaker, TripsAgainAndCountsIt) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 10s);
  pass(AlertSignal::firing, 11s);

  EXPECT_EQ(state(), GateState::halted);
  EXPECT_EQ(protection.breaker_at(storm).trips(), 2U);
}

TEST_F(CircuitBreaker, HaltsWhenOneOfSeveralInstancesFires) {
  protection.observe(storm, AlertSignal::clear, 0);
  protection.observe(storm, AlertSignal::firing, 7);
  protection.observe(storm, AlertSignal::pending, 0);
  protection.tick(at(1s));

  EXPECT_EQ(state(), GateState::halted);
  EXPECT_EQ(protection.breaker_at(storm).cause().value, 7);
}

TEST_F(CircuitBreaker, FollowsACooldownChangedByAReload) {
  pass(AlertSignal::firing, 0s);

  EXPECT_EQ(protection.breaker({"RejectStorm", gateway, BreakerAction::halt, 1s, 0s}), storm);
  pass(AlertSignal::clear, 1s);

  EXPECT_EQ(state(), GateState::trading);
}

TEST_F(CircuitBreaker, KeepsScopesApart) {
  const ScopeId other = protection.scope("producer=gateway-2");
  pass(AlertSignal::firing, 0s);

  EXPECT_EQ(protection.state({other}), GateState::trading);
}

TEST_F(CircuitBreaker, HoldsItsScopeUntilTheLastOfSeveralClears) {
  const BreakerId slow = *protection.breaker({"SlowVenue", gateway, BreakerAction::halt, 20s, 0s});
  protection.observe(slow, AlertSignal::firing, 1);
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 10s);
  EXPECT_EQ(state(), GateState::halted);
  EXPECT_EQ(protection.verdict(std::vector{gateway}).rule, "SlowVenue");

  pass(AlertSignal::clear, 20s);
  EXPECT_EQ(state(), GateState::trading);
}

}  // namespace
}  // namespace outrider::protection
