// SPDX-License-Identifier: Apache-2.0
// `outrider kill`, with a sidecar, without one, and without permission.
#include "cli/program.hpp"
#include "protection/kill_request.hpp"

namespace outrider::cli {
namespace {

struct KillCommand : CommandLine {
  std::vector<protection::KillRequest> requests() const {
    return protection::read_kill_requests(directory + "/c/kill").obeyable;
  }
};

TEST_F(KillCommand, TellsTheSidecarAndLeavesNoRequestBehind) {
  const StandIn sidecar(own);

  const Said said = run("kill --scope venue=binance --reason 'prices make no sense'");

  EXPECT_EQ(said.code, 0) << said.out;
  EXPECT_TRUE(contains(said.out, "venue=binance is KILLED")) << said.out;
  EXPECT_TRUE(requests().empty());
}

TEST_F(KillCommand, KillsEverythingUnlessToldOtherwise) {
  const StandIn sidecar(own);

  EXPECT_TRUE(contains(run("kill").out, "global is KILLED"));
}

TEST_F(KillCommand, PublishesARequestWhenNoSidecarRuns) {
  const Said said = run("kill --scope venue=binance --reason 'nobody answers'");

  EXPECT_EQ(said.code, 0) << said.out;
  EXPECT_TRUE(contains(said.out, "kill request published")) << said.out;
  ASSERT_EQ(requests().size(), 1U);
  EXPECT_EQ(requests()[0].scope, "venue=binance");
  EXPECT_EQ(requests()[0].reason, "nobody answers");
}

TEST_F(KillCommand, ClosesTheGatesOfItsScopeItselfWhenNoSidecarRuns) {
  Trader trader(directory);
  trader.make_control();
  trader.grant(0);
  trader.grant(1);

  const Said said = run("kill --scope venue=binance");

  EXPECT_TRUE(contains(said.out, "KILLED stored into 1 gate(s)")) << said.out;
  EXPECT_EQ(trader.state(0), GateState::killed);
  EXPECT_EQ(trader.state(1), GateState::trading);
}

TEST_F(KillCommand, IsObeyedByTheNextSidecarBeforeItGrantsAnything) {
  run("kill --scope venue=binance");

  protection::Life next(own, true);

  EXPECT_EQ(next.state("venue=binance"), GateState::killed);
  EXPECT_EQ(next.state("venue=kraken"), GateState::trading);
}

TEST_F(KillCommand, HasNobodyToTalkToWhereThereIsNoSegmentDirectory) {
  const Said said = run_program("--segment.dir " + directory + "/absent kill");

  EXPECT_EQ(said.code, 4) << said.out;
}

TEST_F(KillCommand, SaysWhenTheScopeMakesNoSenseAndKillsNothing) {
  const Said said = run("kill --scope binance");

  EXPECT_EQ(said.code, 2);
  EXPECT_TRUE(contains(said.out, "needed global, host or label=value")) << said.out;
  EXPECT_TRUE(requests().empty());
}

}  // namespace
}  // namespace outrider::cli
