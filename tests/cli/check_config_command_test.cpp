// SPDX-License-Identifier: Apache-2.0
#include "cli/check_config_command.hpp"

#include <gtest/gtest.h>

#include <array>

#include "cli/command.hpp"

namespace outrider::cli {
namespace {

const std::string fixtures = std::string{OUTRIDER_SOURCE_DIR} + "/tests/config/fixtures/";

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

Outcome check(const std::string& file) {
  Outcome outcome;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const std::array<const char*, 3> arguments{"check", "config", file.c_str()};
  outcome.exit_code = run({"check", "", ""}, add_check_config_command, 3, arguments.data());
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err = testing::internal::GetCapturedStderr();
  return outcome;
}

TEST(CheckConfig, SaysWhatAGoodFileHolds) {
  const std::string file = fixtures + "everything.good.yml";

  const Outcome outcome = check(file);

  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out,
            file +
                ": good; rule files: 2, breakers: 4, kill switches: 1, entry blocks: 2, cluster "
                "alerts: 2\n");
  EXPECT_EQ(outcome.err, "");
}

TEST(CheckConfig, PrintsEveryProblemAndExitsWithTwo) {
  const std::string file = fixtures + "syntax.bad.yml";

  const Outcome outcome = check(file);

  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(
      outcome.err,
      file +
          ":4:2: found text that is not YAML: \"end of map not found\"; needed keys and values; "
          "look there and above for a quote or bracket left open, or a tab\n" +
          file + ": 1 problem\n");
}

}  // namespace
}  // namespace outrider::cli
