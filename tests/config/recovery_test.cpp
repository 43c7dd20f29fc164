// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "config/load.hpp"
#include "outrider/shm/directive.hpp"

namespace outrider::config {
namespace {

using namespace std::chrono_literals;

Loaded load(const std::string& steps, const std::string& more = "") {
  return load_text("recovery:\n  - {alert: Down, " + more + "steps: [" + steps + "]}\n",
                   "sidecar.yml");
}

std::string problem(const std::string& steps, const std::string& more = "") {
  const Loaded loaded = load(steps, more);
  return loaded.problems.empty() ? "" : loaded.problems.front().text;
}

TEST(RecoveryConfiguration, HasStepsInTheirOrder) {
  const Loaded loaded = load(
      "{directive: scale_down, parameters: factor=0.5, verify: 1m}, {halt_new: 10m}, "
      "{exec: [bin/page, now], timeout: 3s}",
      "scope: venue, cooldown: 10m, ");
  ASSERT_TRUE(loaded.problems.empty()) << loaded.problems.front().text;
  ASSERT_EQ(loaded.config.recovery.size(), 1U);
  const RecoveryConfig& recovery = loaded.config.recovery.front();
  EXPECT_EQ(recovery.alert, "Down");
  EXPECT_EQ(recovery.scope, "venue");
  EXPECT_EQ(recovery.cooldown, 10min);
  ASSERT_EQ(recovery.steps.size(), 3U);
  EXPECT_EQ(recovery.steps[0].directive, "scale_down");
  EXPECT_EQ(recovery.steps[0].parameters, "factor=0.5");
  EXPECT_EQ(recovery.steps[0].verify, 1min);
  EXPECT_EQ(recovery.steps[1].kind, RecoveryStep::Kind::halt);
  EXPECT_EQ(recovery.steps[1].halt, 10min);
  EXPECT_EQ(recovery.steps[2].command, (std::vector<std::string>{"bin/page", "now"}));
  EXPECT_EQ(recovery.steps[2].timeout, 3s);
  EXPECT_EQ(recovery.steps[2].verify, 30s) << "by default";
}

TEST(RecoveryConfiguration, KnowsEveryDirectiveThatTradersKnow) {
  for (std::uint64_t number = 1; number <= directive_kinds; ++number) {
    const std::string word{to_string(*directive_kind(number))};
    EXPECT_EQ(problem("{directive: " + word + "}"), "") << word;
  }
}

TEST(RecoveryConfiguration, SaysWhatIsWrongWithAStep) {
  EXPECT_EQ(problem("{directive: pray}"),
            "recovery[0].steps[0].directive: found \"pray\"; needed one of cancel_all, reduce, "
            "reconnect, clear_cache, reset_limits, restart, scale_down, close_positions");
  EXPECT_EQ(problem("{directive: reconnect, halt_new: 1m}"),
            "recovery[0].steps[0]: found 2 things to do; needed one of directive, halt_new, exec");
  EXPECT_EQ(problem("{verify: 1m}"),
            "recovery[0].steps[0]: found 0 things to do; needed one of directive, halt_new, exec");
  EXPECT_EQ(problem(""),
            "recovery[0]: found no list of 1 to 16 steps; needed what is to be tried; add steps: "
            "[...]");
  EXPECT_NE(problem("{halt_new: forever}"), "");
  EXPECT_NE(problem("{exec: [x], verify: 1m, shell: true}"), "");
  EXPECT_NE(problem("{halt_new: 1m}", "scope: \"a b\", "), "");
  EXPECT_NE(problem("{halt_new: 1m}", "cooldown: 1ms, "), "");
}

TEST(RecoveryConfiguration, IsShownByAFileThatLoads) {
  const Loaded loaded = load_file(OUTRIDER_SOURCE_DIR "/tools/deploy/recovery.yml");
  EXPECT_TRUE(loaded.problems.empty()) << loaded.problems.front().text;
  EXPECT_EQ(loaded.config.recovery.size(), 1U);
}

TEST(RecoveryConfiguration, NamesAlertsThatThereAre) {
  const Loaded loaded = load("{halt_new: 1m}");
  EXPECT_TRUE(check_alert_names(loaded.config, {"Down"}).empty());
  ASSERT_EQ(check_alert_names(loaded.config, {"Drown"}).size(), 1U);
  EXPECT_NE(check_alert_names(loaded.config, {"Drown"})[0].text.find("nearest: Drown"),
            std::string::npos);
}

}  // namespace
}  // namespace outrider::config
