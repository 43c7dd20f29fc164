// SPDX-License-Identifier: Apache-2.0
// `outrider arm`: only a sidecar arms, and only with a reason.
#include "cli/program.hpp"

namespace outrider::cli {
namespace {

using ArmCommand = CommandLine;

TEST_F(ArmCommand, ArmsThroughTheSidecar) {
  const StandIn sidecar(own);

  const Said said = run("arm --reason 'first start of the day, limits checked'");

  EXPECT_EQ(said.code, 0) << said.out;
  EXPECT_TRUE(contains(said.out, "global is armed; its state is TRADING")) << said.out;
}

TEST_F(ArmCommand, LiftsAKillOfOneScope) {
  const StandIn sidecar(own);
  run("arm --reason 'first start of the day, limits checked'");
  run("kill --scope venue=binance");

  const Said said = run("arm --scope venue=binance --reason 'their feed is back since ten'");

  EXPECT_EQ(said.code, 0) << said.out;
  EXPECT_TRUE(contains(said.out, "venue=binance is armed; its state is TRADING")) << said.out;
}

TEST_F(ArmCommand, IsRefusedWithoutAReasonThatSaysSomething) {
  const StandIn sidecar(own);

  const Said said = run("arm --reason ok");

  EXPECT_EQ(said.code, 1);
  EXPECT_TRUE(contains(said.out, "found a reason of 2 characters; needed at least 20")) << said.out;
}

TEST_F(ArmCommand, IsRefusedTheSecondTimeWithinAMinute) {
  const StandIn sidecar(own);
  run("arm --reason 'first start of the day, limits checked'");
  run("kill");

  const Said said = run("arm --reason 'first start of the day, limits checked'");

  EXPECT_EQ(said.code, 1);
  EXPECT_TRUE(contains(said.out, "within the last minute")) << said.out;
}

TEST_F(ArmCommand, HasNobodyToTalkToWithoutASidecar) {
  const Said said = run("arm --reason 'first start of the day, limits checked'");

  EXPECT_EQ(said.code, 4);
  EXPECT_TRUE(contains(said.out, "only a sidecar can arm")) << said.out;
}

TEST_F(ArmCommand, FindsASocketElsewhere) {
  const StandIn sidecar(own);

  const Said said = run_program("arm --reason 'first start of the day, limits checked' " +
                                ("--control.socket " + directory) + "/control.sock");

  EXPECT_EQ(said.code, 0) << said.out;
}

}  // namespace
}  // namespace outrider::cli
