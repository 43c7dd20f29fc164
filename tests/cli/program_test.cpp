// SPDX-License-Identifier: Apache-2.0
// The program as a whole: help, versions, usage.
#include "cli/program.hpp"

namespace outrider::cli {
namespace {

TEST(Program, ExplainsItselfAndItsExitCodes) {
  const Said said = run_program("--help");

  EXPECT_EQ(said.code, 0);
  for (const char* part : {"kill", "arm", "status", "check", "--segment.dir", "--control.socket",
                           "4 nobody to talk to"}) {
    EXPECT_TRUE(contains(said.out, part)) << part;
  }
}

TEST(Program, SaysItsVersion) {
  const Said said = run_program("--version");

  EXPECT_EQ(said.code, 0);
  EXPECT_TRUE(said.out.starts_with("outrider 0.")) << said.out;
}

TEST(Program, ExitsWithTwoWhenUsedWrongly) {
  EXPECT_EQ(run_program("").code, 2);
  EXPECT_EQ(run_program("resume").code, 2);
  EXPECT_EQ(run_program("status --loud").code, 2);
  EXPECT_EQ(run_program("arm").code, 2);  // no reason
  EXPECT_EQ(run_program("kill --scope binance").code, 2);
  EXPECT_EQ(run_program("check").code, 2);
}

TEST(Program, ChecksAConfiguration) {
  const protection::OwnDirectory own;
  protection::write_bytes(own.file("good.yml"), "protection:\n  arm_at_start: true\n");
  protection::write_bytes(own.file("bad.yml"), "protection:\n  arm_at_strat: true\n");

  EXPECT_EQ(run_program("check config " + own.file("good.yml")).code, 0);
  EXPECT_EQ(run_program("check config " + own.file("bad.yml")).code, 2);
}

TEST(Program, ChecksARuleFile) {
  const protection::OwnDirectory own;
  const std::string rule = "groups: [{name: g, rules: [{alert: A, expr: 'x >'}]}]\n";
  protection::write_bytes(own.file("bad.rules.yml"), rule);

  EXPECT_EQ(run_program("check rules " + own.file("bad.rules.yml")).code, 2);
}

}  // namespace
}  // namespace outrider::cli
