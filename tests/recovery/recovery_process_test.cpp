// SPDX-License-Identifier: Apache-2.0
// An alert, the steps against it, and a trader that obeys the last: through the real
// sidecar.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <outrider/producer.hpp>
#include <thread>

#include "process/harness.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;

constexpr const char* rules = R"(groups:
  - name: portfolio
    interval: 1ms
    rules:
      - alert: TooDeep
        expr: drawdown_ratio > 0.15
)";

std::string configuration(const std::string& script) {
  return R"(rules: {file: test.rules.yml}
protection: {arm_at_start: true}
recovery:
  - alert: TooDeep
    scope: producer
    cooldown: 1s
    steps:
      - {exec: [)" +
         script + R"(], timeout: 5s, verify: 200ms}
      - {halt_new: 1m, verify: 200ms}
      - {directive: close_positions, verify: 20s}
)";
}

/// A trader in this very process.
struct Recovery : ::testing::Test {
  TempDirectory directory;
  const std::string script = directory.path() + "/pause.sh";
  bool files_are_there =
      (write_file(directory.path() + "/test.rules.yml", rules),
       write_file(directory.path() + "/sidecar.yml", configuration(script)),
       write_file(script, "#!/bin/sh\necho \"$OUTRIDER_ALERTNAME $OUTRIDER_SCOPE\" >" +
                              directory.path() + "/told\nexit 3\n"),
       ::chmod(script.c_str(), 0700) == 0);
  SidecarProcess sidecar{directory.path(), {"--config.file=" + directory.path() + "/sidecar.yml"}};
  Producer producer{{.name = "desk", .directory = sidecar.segments()}};
  Writer writer = producer.writer("main");
  Gauge drawdown = writer.gauge("drawdown_ratio", "Below the peak.");
  Gate gate = producer.gate("orders");

  [[nodiscard]] nlohmann::json history() const {
    const auto page = nlohmann::json::parse(sidecar.get("/api/v1/recoveries"), nullptr, false);
    return page.is_object() ? page.at("recoveries") : nlohmann::json::array();
  }
};

// Checklist: escalation up to CLOSE_POSITIONS. A chain that stopped at the first step
// that could be done (state_ = State::resting in acted()) would break it.
TEST_F(Recovery, EscalatesUntilTheTraderClosesItsPositions) {
  Directives directives = producer.directives(writer);
  ASSERT_TRUE(eventually([&] { return gate.state() == GateState::trading; })) << sidecar.log();
  drawdown.set(0.2);

  bool closed = false;
  ASSERT_TRUE(eventually(
      [&] {
        for (const Directive& told : directives.poll()) {
          if (told.kind != DirectiveKind::close_positions) continue;
          drawdown.set(0.0);
          directives.acknowledge(told);
          closed = true;
        }
        return closed;
      },
      20s))
      << sidecar.log();
  EXPECT_EQ(gate.state(), GateState::halted) << "the step before";

  ASSERT_TRUE(eventually([&] { return history().size() == 3; })) << history();
  EXPECT_EQ(history()[2].at("result"), "failed") << "the program ended with 3";
  EXPECT_EQ(read_file(directory.path() + "/told"), "TooDeep producer=desk\n");
  EXPECT_EQ(history()[1].at("what"), "halt_new 1m");
  EXPECT_EQ(history()[1].at("result"), "not_verified");
  EXPECT_EQ(history()[0].at("what"), "directive close_positions");
  EXPECT_EQ(history()[0].at("result"), "recovered");
  EXPECT_EQ(history()[0].at("scope"), "producer=desk");
  EXPECT_EQ(sidecar.metric("outrider_recovery_steps_total{result=\"recovered\"}"), 1.0);
  EXPECT_EQ(sidecar.metric("outrider_recoveries_exhausted"), 0.0);
  EXPECT_NE(read_file(directory.path() + "/state/latch.journal").find("recovery"),
            std::string::npos);
}

TEST_F(Recovery, SaysWhenEverythingWasTriedUntilTheAlertEnds) {
  ASSERT_TRUE(eventually([&] { return gate.state() == GateState::trading; })) << sidecar.log();
  write_file(directory.path() + "/sidecar.yml",
             "rules: {file: test.rules.yml}\nrecovery: [{alert: TooDeep, steps: [{exec: [" +
                 script + "]}]}]\n");
  sidecar.process().signal(SIGHUP);
  ASSERT_TRUE(eventually([&] { return sidecar.log().find("reloaded") != std::string::npos; }));
  drawdown.set(0.2);

  EXPECT_TRUE(eventually([&] { return sidecar.metric("outrider_recoveries_exhausted") == 1.0; }));
  EXPECT_NE(sidecar.log().find("found the alert firing after every step"), std::string::npos);
  EXPECT_EQ(gate.state(), GateState::trading);
  drawdown.set(0.0);
  EXPECT_TRUE(eventually([&] { return sidecar.metric("outrider_recoveries_exhausted") == 0.0; }));
}

}  // namespace
}  // namespace outrider::testing
