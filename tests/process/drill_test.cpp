// SPDX-License-Identifier: Apache-2.0
// A canary that a real sidecar must stop, from the command line.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <outrider/producer.hpp>
#include <thread>

#include "config/digest.hpp"
#include "process/harness.hpp"

namespace outrider::testing {
namespace {

constexpr const char* rules = R"(groups:
  - name: drill
    interval: 10ms
    rules:
      - {alert: OutriderDrill, expr: outrider_drill_breach == 1}
)";

std::string with_breaker(const std::string& directory, const std::string& breaker) {
  write_file(directory + "/drill.rules.yml", rules);
  write_file(directory + "/drill.yml",
             "rules: {file: drill.rules.yml}\nprotection:\n"
             "  arm_at_start: true\n" +
                 breaker);
  return "--config.file=" + directory + "/drill.yml";
}

struct DrillCommand : ::testing::Test {
  TempDirectory directory;
  std::string said;

  int drill(const SidecarProcess& sidecar, const std::string& options) {
    const std::string program = std::string{OUTRIDER_BIN_DIR} + "/outrider";
    return run(program + " drill --segment.dir " + sidecar.segments() + " --control.socket " +
                   directory.path() + "/control.sock --evidence " + directory.path() + " " +
                   options + " 2>&1",
               &said);
  }
  [[nodiscard]] std::vector<nlohmann::json> evidence() const {
    std::vector<nlohmann::json> all;
    for (const auto& entry : std::filesystem::directory_iterator{directory.path()}) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("drill-")) all.push_back(nlohmann::json::parse(read_file(entry.path())));
    }
    return all;
  }
};

constexpr const char* breaker =
    "  breakers: [{alert: OutriderDrill, scope: producer, action: halt_new, cooldown: 50ms, "
    "probes: 0, trips_to_kill: 0}]\n";

TEST_F(DrillCommand, MeasuresTheWholeWayAndLeavesEvidence) {
  const SidecarProcess sidecar{directory.path(), {with_breaker(directory.path(), breaker)}};

  EXPECT_EQ(drill(sidecar, "--count 2"), 0) << said;

  EXPECT_NE(said.find("first refusal after"), std::string::npos);
  const auto files = evidence();
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].at("passed"), true);
  EXPECT_EQ(files[0].at("kind"), "canary");
  EXPECT_EQ(files[0].at("sidecar").at("config_file"), directory.path() + "/drill.yml");
  EXPECT_EQ(files[0].at("sidecar").at("config_sha256"),
            config::sha256(read_file(directory.path() + "/drill.yml")));
  EXPECT_EQ(files[0].at("sidecar").at("rules_sha256").get<std::string>().size(), 64U);
  ASSERT_EQ(files[0].at("trips").size(), 2U);
  for (const auto& trip : files[0].at("trips")) {
    EXPECT_GT(trip.at("stored_ns"), 0);
    EXPECT_GE(trip.at("refused_ns"), trip.at("stored_ns"));
  }
}

TEST_F(DrillCommand, FailsWithEvidenceWhenNothingClosesTheGate) {
  const SidecarProcess sidecar{directory.path(), {with_breaker(directory.path(), "")}};

  EXPECT_EQ(drill(sidecar, "--timeout 500ms"), 1);

  EXPECT_NE(said.find("needed the alert OutriderDrill and what it closes"), std::string::npos)
      << said;
  ASSERT_EQ(evidence().size(), 1U);
  EXPECT_EQ(evidence()[0].at("passed"), false);
}

TEST_F(DrillCommand, SaysThatAnUnarmedSidecarCannotBeDrilled) {
  const SidecarProcess sidecar{directory.path()};

  EXPECT_EQ(drill(sidecar, "--json --timeout 200ms"), 1);

  EXPECT_NE(said.find("found its gate UNARMED"), std::string::npos) << said;
}

TEST_F(DrillCommand, HasNobodyToTalkToWithoutASidecar) {
  SidecarProcess sidecar{directory.path()};
  sidecar.process().kill_now();

  EXPECT_EQ(drill(sidecar, ""), 4);
  EXPECT_TRUE(evidence().empty());
}

/// A trader in this process whose gate stands for one that orders pass.
struct DrillOfRealGates : DrillCommand {
  const SidecarProcess sidecar{directory.path(), {with_breaker(directory.path(), breaker)}};
  Producer producer{{.name = "desk", .directory = sidecar.segments()}};
  Gate gate = producer.gate("orders", {{"venue", "binance"}});
  Gate other = producer.gate("quotes", {{"venue", "kraken"}});

  void SetUp() override {
    ASSERT_TRUE(eventually(
        [&] { return gate.state() == GateState::trading && other.state() == GateState::trading; }));
  }
};

TEST_F(DrillOfRealGates, ClosesThoseOfTheScopeForTheTimeAndProvesIt) {
  std::atomic<bool> other_closed = false;
  std::jthread watch{[&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (other.state() != GateState::trading) other_closed = true;
      if (!gate.open(ticks())) (void)gate.permits(OrderKind::enter);
    }
  }};
  EXPECT_EQ(drill(sidecar, "--live --scope venue=binance --for 300ms --confirm"), 0) << said;
  watch.request_stop();

  EXPECT_NE(said.find("desk/orders closed after"), std::string::npos) << said;
  ASSERT_EQ(evidence().size(), 1U);
  const nlohmann::json found = evidence()[0];
  EXPECT_EQ(found.at("kind"), "live");
  EXPECT_EQ(found.at("scope"), "venue=binance");
  ASSERT_EQ(found.at("gates").size(), 1U);
  EXPECT_GT(found.at("gates")[0].at("closed_ns"), 0);
  EXPECT_GE(found.at("gates")[0].at("opened_ns"), 300'000'000);
  EXPECT_GE(found.at("gates")[0].at("refused_ns"), found.at("gates")[0].at("closed_ns"))
      << "the trader's own word";
  EXPECT_EQ(gate.state(), GateState::trading);
  EXPECT_FALSE(other_closed);
  EXPECT_NE(read_file(directory.path() + "/state/latch.journal").find("a live drill"),
            std::string::npos);
}

TEST_F(DrillOfRealGates, IsNotDoneUnlessConfirmed) {
  EXPECT_EQ(drill(sidecar, "--live --scope venue=binance"), 2);
  EXPECT_NE(said.find("found --live without --confirm"), std::string::npos) << said;
  EXPECT_EQ(drill(sidecar, "--live --confirm"), 2);
  EXPECT_EQ(drill(sidecar, "--live --scope venue=binance --for 1h --confirm"), 2);
  EXPECT_EQ(drill(sidecar, "--live --scope everything --confirm"), 2);

  EXPECT_EQ(gate.state(), GateState::trading);
  EXPECT_TRUE(evidence().empty());
}

TEST_F(DrillOfRealGates, IsNotDoneOverAGateThatIsClosedAlready) {
  const std::string halt = std::string{OUTRIDER_BIN_DIR} + "/outrider halt --scope venue=kraken " +
                           "--control.socket " + directory.path() + "/control.sock";
  ASSERT_EQ(run(halt, &said), 0) << said;
  ASSERT_TRUE(eventually([&] { return other.state() == GateState::halted; }));

  EXPECT_EQ(drill(sidecar, "--live --scope producer=desk --confirm"), 1);

  EXPECT_NE(said.find("found desk/quotes HALTED; needed every gate"), std::string::npos) << said;
  EXPECT_EQ(gate.state(), GateState::trading);
  EXPECT_EQ(drill(sidecar, "--live --scope venue=nowhere --confirm"), 1);
}

TEST_F(DrillOfRealGates, AreOnlyNamedByAShadow) {
  EXPECT_EQ(drill(sidecar, "--shadow --scope producer=desk"), 0) << said;

  EXPECT_NE(said.find("desk/orders is TRADING; a halt of producer=desk would close it"),
            std::string::npos)
      << said;
  ASSERT_EQ(evidence().size(), 1U);
  EXPECT_EQ(evidence()[0].at("kind"), "shadow");
  EXPECT_EQ(evidence()[0].at("gates").size(), 2U);
  EXPECT_EQ(evidence()[0].at("trips").size(), 1U);
  EXPECT_EQ(gate.state(), GateState::trading);
}

TEST_F(DrillCommand, GoesOnUntilItIsEndedAndShowsInTheMetrics) {
  const SidecarProcess sidecar{directory.path(), {with_breaker(directory.path(), breaker)}};
  Process canary{{std::string{OUTRIDER_BIN_DIR} + "/outrider", "drill", "--every", "1s",
                  "--segment.dir", sidecar.segments(), "--evidence", directory.path()},
                 directory.path() + "/canary.log"};

  EXPECT_TRUE(eventually([&] {
    const auto count = sidecar.metric("outrider_drill_seconds_count{producer=\"outrider-canary\"}");
    return count && *count >= 2;
  })) << read_file(directory.path() + "/canary.log");
  const auto last =
      sidecar.metric("outrider_drill_last_success_timestamp_seconds{producer=\"outrider-canary\"}");
  ASSERT_TRUE(last);
  EXPECT_GT(*last, 1.6e9);
  canary.signal(SIGTERM);
  EXPECT_EQ(canary.wait(), 0);
  ASSERT_EQ(evidence().size(), 1U);
  EXPECT_GE(evidence()[0].at("trips").size(), 2U);
}

}  // namespace
}  // namespace outrider::testing
