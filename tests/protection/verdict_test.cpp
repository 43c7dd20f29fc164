// SPDX-License-Identifier: Apache-2.0
// The most restrictive of a gate's scopes wins, with its reason.
#include <gtest/gtest.h>

#include "protection/at.hpp"

namespace outrider::protection {
namespace {

struct GateVerdict : testing::Test {
  Armed protection;
  ScopeId venue = protection.scope("venue=binance");
  ScopeId strategy = protection.scope("strategy=mm1");
  std::vector<ScopeId> gate{0, venue, strategy};
  BreakerId storm = *protection.breaker({"RejectStorm", strategy, BreakerAction::halt, 10s, 0s});
};

TEST_F(GateVerdict, IsTradingWhenNoScopeObjects) {
  EXPECT_EQ(protection.verdict(gate).state, GateState::trading);
}

TEST_F(GateVerdict, NamesTheRuleTheScopeAndTheTimeOfAHalt) {
  protection.pass(storm, AlertSignal::firing, 5s);

  const Verdict verdict = protection.verdict(gate);

  EXPECT_EQ(verdict.state, GateState::halted);
  EXPECT_EQ(verdict.scope, "strategy=mm1");
  EXPECT_EQ(verdict.rule, "RejectStorm");
  EXPECT_EQ(verdict.since_wall, at(5s).wall);
}

TEST_F(GateVerdict, PutsKilledAboveHalted) {
  protection.pass(storm, AlertSignal::firing, 5s);
  protection.kill(venue, person("venue sends nonsense"), at(6s));

  const Verdict verdict = protection.verdict(gate);

  EXPECT_EQ(verdict.state, GateState::killed);
  EXPECT_EQ(verdict.scope, "venue=binance");
  EXPECT_EQ(verdict.reason, "venue sends nonsense");
}

TEST_F(GateVerdict, PutsUnarmedAboveHaltedAndBelowKilled) {
  Protection unarmed;
  const ScopeId narrow = unarmed.scope("venue=x");
  const BreakerId breaker = *unarmed.breaker({"Storm", narrow, BreakerAction::halt, 10s, 0s});
  unarmed.observe(breaker, AlertSignal::firing, 1);
  unarmed.tick(at(1s));
  EXPECT_EQ(unarmed.verdict(std::vector{ScopeId{0}, narrow}).state, GateState::unarmed);

  unarmed.kill(narrow, person(), at(2s));
  EXPECT_EQ(unarmed.verdict(std::vector{ScopeId{0}, narrow}).state, GateState::killed);
}

TEST_F(GateVerdict, NamesTheMinutesUntilTheLastOfItsCausesEnds) {
  const auto minutes = [&] { return protection.verdict(gate).minutes_left; };
  const auto halt = [&](ScopeId scope, std::chrono::minutes length) {
    const auto seconds = std::chrono::duration<double>(length).count();
    protection.halt(scope, {{}, "ann", "a pause", seconds}, at(1s));
    protection.tick(at(1s));
  };
  halt(venue, 5min);
  EXPECT_EQ(minutes(), 5U);
  halt(strategy, 10min);
  EXPECT_EQ(minutes(), 10U);
  protection.pass(storm, AlertSignal::firing, 1s);
  EXPECT_EQ(minutes(), 0U) << "a breaker ends when its alert does";
}

TEST_F(GateVerdict, OfAGateWithoutScopesIsUnarmed) {
  EXPECT_EQ(protection.verdict({}).state, GateState::unarmed);
}

TEST_F(GateVerdict, ChangesTheRevisionOnlyWhenAStateChanges) {
  const std::uint64_t before = protection.revision();
  protection.pass(storm, AlertSignal::clear, 1s);
  EXPECT_EQ(protection.revision(), before);

  protection.pass(storm, AlertSignal::firing, 2s);
  EXPECT_GT(protection.revision(), before);
}

}  // namespace
}  // namespace outrider::protection
