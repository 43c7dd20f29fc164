// SPDX-License-Identifier: Apache-2.0
// A canary that a real sidecar must stop, from the command line.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <nlohmann/json.hpp>

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
  EXPECT_EQ(files[0].at("sidecar").at("config_sha256").get<std::string>().size(), 64U);
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

TEST_F(DrillCommand, GoesOnUntilItIsEndedAndShowsInTheMetrics) {
  const SidecarProcess sidecar{directory.path(), {with_breaker(directory.path(), breaker)}};
  Process canary{{std::string{OUTRIDER_BIN_DIR} + "/outrider", "drill", "--every", "1s",
                  "--segment.dir", sidecar.segments()},
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
}

}  // namespace
}  // namespace outrider::testing
