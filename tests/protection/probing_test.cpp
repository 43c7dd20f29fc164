// SPDX-License-Identifier: Apache-2.0
// From HALTED back to TRADING by way of PROBING: cooldowns that double, probes
// that must be good, trips that are too many, and breakers that only a person ends.
#include <gtest/gtest.h>

#include "protection/at.hpp"

namespace outrider::protection {
namespace {

struct Probing : testing::Test {
  Armed protection;
  ScopeId venue = protection.scope("venue=binance");
  BreakerId storm = *protection.breaker(spec());

  BreakerSpec spec() const {
    BreakerSpec spec{"RejectStorm", venue, BreakerAction::halt, 60s, 0s};
    spec.success_window = 10s;
    spec.probes = 5;
    return spec;
  }
  void change_to(const BreakerSpec& changed) { ASSERT_EQ(protection.breaker(changed), storm); }
  GateState state() const { return protection.state({venue}); }
  Verdict verdict() const { return protection.verdict(std::vector{venue}); }
  void pass(AlertSignal signal, std::chrono::nanoseconds when, std::uint32_t probes = 0) {
    protection.probed(std::vector{venue}, probes);
    protection.pass(storm, signal, when);
  }
  void arm(std::chrono::nanoseconds when) {
    std::uint64_t seen = 0;
    ASSERT_EQ(protection.may_arm(venue, seen), ArmAnswer::done);
    ASSERT_EQ(protection.arm(venue, seen, person(), at(when)), ArmAnswer::done);
  }
};

TEST_F(Probing, BeginsWhenTheCooldownHasElapsed) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 60s - 1ns);
  EXPECT_EQ(state(), GateState::halted);

  pass(AlertSignal::clear, 60s);
  EXPECT_EQ(state(), GateState::probing);
  EXPECT_EQ(protection.actions(), (std::vector{Action::trip, Action::probe}));
}

TEST_F(Probing, GivesAnAllowanceOfItsOwnEachTime) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 60s);
  const shm::Allowance first = verdict().allowance;
  pass(AlertSignal::firing, 61s);
  pass(AlertSignal::clear, 61s + 120s);

  EXPECT_EQ(first.probes, 5U);
  EXPECT_EQ(verdict().allowance.probes, 5U);
  EXPECT_NE(verdict().allowance.epoch, first.epoch);
}

TEST_F(Probing, GivesAGateTheSmallestAllowanceOfItsScopes) {
  BreakerSpec other = spec();
  other.scope = protection.scope("strategy=mm1");
  other.probes = 2;
  const BreakerId second = *protection.breaker(other);
  protection.observe(second, AlertSignal::firing, 1);
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 60s);

  const Verdict both = protection.verdict(std::vector{venue, other.scope});

  EXPECT_EQ(both.state, GateState::probing);
  EXPECT_EQ(both.allowance.probes, 2U);
}

TEST_F(Probing, EndsInTradingWhenNobodySentAnythingWithinTheWindow) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 60s);
  pass(AlertSignal::clear, 70s - 1ns);
  EXPECT_EQ(state(), GateState::probing);

  pass(AlertSignal::clear, 70s);
  EXPECT_EQ(state(), GateState::trading);
  EXPECT_EQ(protection.actions(), (std::vector{Action::trip, Action::probe, Action::clear}));
}

TEST_F(Probing, EndsInTradingAWindowAfterTheLastProbe) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 60s);
  pass(AlertSignal::clear, 65s, 4);
  pass(AlertSignal::clear, 69s, 1);
  pass(AlertSignal::clear, 79s - 1ns);
  EXPECT_EQ(state(), GateState::probing);

  pass(AlertSignal::clear, 79s);
  EXPECT_EQ(state(), GateState::trading);
}

TEST_F(Probing, IsNotMadeLongerByProbesBeyondTheAllowance) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 60s);
  pass(AlertSignal::clear, 61s, 5);
  pass(AlertSignal::clear, 69s, 5);  // of another gate of the scope

  pass(AlertSignal::clear, 71s);
  EXPECT_EQ(state(), GateState::trading);
}

TEST_F(Probing, IsMadeLongerByAPendingAlert) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 60s);
  pass(AlertSignal::pending, 70s);
  pass(AlertSignal::clear, 80s - 1ns);
  EXPECT_EQ(state(), GateState::probing);

  pass(AlertSignal::clear, 80s);
  EXPECT_EQ(state(), GateState::trading);
}

TEST_F(Probing, EndsInHaltedWithTwiceTheCooldownWhenTheAlertFires) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 60s);
  pass(AlertSignal::firing, 61s, 1);
  EXPECT_EQ(state(), GateState::halted);
  EXPECT_EQ(protection.breaker_at(storm).trips(), 2U);

  pass(AlertSignal::clear, 61s + 120s - 1ns);
  EXPECT_EQ(state(), GateState::halted);
  pass(AlertSignal::clear, 61s + 120s);
  EXPECT_EQ(state(), GateState::probing);
}

TEST_F(Probing, DoublesTheCooldownToAQuarterOfAnHourAtMost) {
  std::chrono::nanoseconds now = 0s;
  pass(AlertSignal::firing, now);
  for (const auto cooldown : {60s, 120s, 240s, 480s, 900s, 900s}) {
    EXPECT_EQ(protection.breaker_at(storm).cooldown(), cooldown);
    now += cooldown;
    pass(AlertSignal::clear, now);
    ASSERT_EQ(state(), GateState::probing);
    pass(AlertSignal::firing, now += 1s);
  }
}

TEST_F(Probing, LeavesACooldownAloneThatIsLongerThanTheCap) {
  BreakerSpec slow = spec();
  slow.cooldown = 2h;
  change_to(slow);
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 2h);
  pass(AlertSignal::firing, 2h + 1s);

  EXPECT_EQ(protection.breaker_at(storm).cooldown(), 2h);
}

TEST_F(Probing, KeepsADoubledCooldownForTheNextTripOfTheSameHour) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 60s);
  pass(AlertSignal::firing, 61s);
  pass(AlertSignal::clear, 181s);
  pass(AlertSignal::clear, 191s);
  ASSERT_EQ(state(), GateState::trading);

  pass(AlertSignal::firing, 191s + good_spell - 1ns);
  EXPECT_EQ(protection.breaker_at(storm).cooldown(), 120s);
}

TEST_F(Probing, BeginsWithTheFirstCooldownAgainAfterAGoodSpell) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 60s);
  pass(AlertSignal::firing, 61s);
  pass(AlertSignal::clear, 181s);
  pass(AlertSignal::clear, 191s);

  pass(AlertSignal::firing, 191s + good_spell);
  EXPECT_EQ(protection.breaker_at(storm).cooldown(), 60s);
}

struct TripsTooOften : Probing {
  TripsTooOften() {
    BreakerSpec latching = spec();
    latching.trips_to_kill = 3;
    latching.probes = 0;
    change_to(latching);
  }
  void trip(std::chrono::nanoseconds when) {
    pass(AlertSignal::firing, when);
    pass(AlertSignal::clear, when + 60s);
  }
};

TEST_F(TripsTooOften, LatchKilledAtTheThirdWithinTenMinutes) {
  trip(0s);
  trip(300s);
  EXPECT_EQ(state(), GateState::trading);
  pass(AlertSignal::firing, 600s);

  EXPECT_EQ(state(), GateState::killed);
  EXPECT_EQ(verdict().rule, "RejectStorm");
  EXPECT_EQ(verdict().reason, "tripped too often within ten minutes");
  EXPECT_EQ(protection.actions().back(), Action::kill);
}

TEST_F(TripsTooOften, AreForgottenAfterTenMinutes) {
  trip(0s);
  trip(300s);
  pass(AlertSignal::firing, 600s + 1ns);

  EXPECT_EQ(state(), GateState::halted);
}

TEST_F(TripsTooOften, AreCountedPerScope) {
  BreakerSpec other = spec();
  other.scope = protection.scope("venue=kraken");
  other.trips_to_kill = 3;
  const BreakerId second = *protection.breaker(other);
  trip(0s);
  trip(100s);
  protection.pass(second, AlertSignal::firing, 200s);

  EXPECT_EQ(protection.state({other.scope}), GateState::halted);
}

TEST_F(TripsTooOften, StayKilledUntilAPersonArmsAndAreThenCountedAnew) {
  trip(0s);
  trip(100s);
  trip(200s);
  pass(AlertSignal::clear, 24h);
  EXPECT_EQ(state(), GateState::killed);

  arm(24h);
  EXPECT_EQ(state(), GateState::trading);
  trip(24h + 1s);
  EXPECT_EQ(state(), GateState::trading);
}

struct HeldBreaker : Probing {
  HeldBreaker() {
    BreakerSpec held = spec();
    held.auto_rearm = false;
    change_to(held);
  }
};

TEST_F(HeldBreaker, StaysHaltedHoweverLong) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 24h);

  EXPECT_EQ(state(), GateState::halted);
  EXPECT_EQ(protection.actions(), std::vector{Action::hold});
}

TEST_F(HeldBreaker, ProbesWhenAPersonArms) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 1s);
  arm(2s);
  EXPECT_EQ(state(), GateState::probing);

  pass(AlertSignal::clear, 12s);
  EXPECT_EQ(state(), GateState::trading);
}

TEST_F(HeldBreaker, IsNotArmedWhileItsAlertFires) {
  pass(AlertSignal::firing, 0s);
  std::uint64_t seen = 0;

  EXPECT_EQ(protection.may_arm(venue, seen), ArmAnswer::still_firing);
}

TEST_F(HeldBreaker, IsHeldAgainByATripInThePassOfTheArming) {
  pass(AlertSignal::firing, 0s);
  pass(AlertSignal::clear, 1s);
  arm(2s);
  pass(AlertSignal::firing, 2s);

  EXPECT_EQ(state(), GateState::halted);
  EXPECT_TRUE(protection.needs_arming(venue));
}

TEST_F(HeldBreaker, IsNotLiftedByAnArmingDecidedBeforeItTripped) {
  protection.kill(venue, person(), at(0s));
  std::uint64_t seen = 0;
  ASSERT_EQ(protection.may_arm(venue, seen), ArmAnswer::done);
  pass(AlertSignal::firing, 1s);
  pass(AlertSignal::clear, 2s);

  EXPECT_EQ(protection.arm(venue, seen, person(), at(3s)), ArmAnswer::killed_again);
}

TEST_F(Probing, MayReduceAndWishForCancelsInsteadOfHalting) {
  BreakerSpec reducing = spec();
  reducing.rule = "Slow";
  reducing.action = BreakerAction::reduce;
  reducing.cancel_all = true;
  const BreakerId slow = *protection.breaker(reducing);
  protection.pass(slow, AlertSignal::firing, 0s);

  EXPECT_EQ(state(), GateState::reduce_only);
  EXPECT_EQ(protection.actions(), (std::vector{Action::reduce, Action::cancel_all}));
}

}  // namespace
}  // namespace outrider::protection
