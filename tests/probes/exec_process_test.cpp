// SPDX-License-Identifier: Apache-2.0
// Programs of the operator's through the real sidecar: their series stand on the
// page, in the rules, and over the traders' gates.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cmath>
#include <outrider/producer.hpp>
#include <sstream>

#include "probes/checklist.hpp"

namespace outrider::testing {
namespace {

// Breaks it: sidecar/probes/exec.cpp: `is_missing ? config_.missing : config_.other` ->
// `config_.other`
TEST_F(Checklist, R53ExitCodesOfHealthScriptsBecomeUpNotConfiguredAndDown) {
  script("fetch", "exit 0");
  script("openapi", "exit 2");
  script("sqlite", "exit 1");
  script("jupyter", "sleep 1000");
  const SidecarProcess sidecar{
      directory.path(), flags("probes:\n" + health("fetch") + health("openapi") + health("sqlite") +
                              health("jupyter", ", timeout: 300ms") + health("cloudflare-docs"))};

  becomes(sidecar, of("fetch"), 1);
  becomes(sidecar, of("openapi"), 2);
  becomes(sidecar, of("sqlite"), 0);
  becomes(sidecar, of("jupyter"), 0);
  becomes(sidecar, of("cloudflare-docs"), 2);
}

// Breaks it: sidecar/probes/program.cpp: `if (handle_) return;` ->
// `if (pollfd ended{handle_.get(), POLLIN, 0}; handle_ && ::poll(&ended, 1, -1) == 1) return;`
TEST_F(Checklist, R54EighteenScriptsOfFiveSecondsRunSideBySide) {
  std::string probes = "probes:\n";
  for (int i = 0; i < 18; ++i) {
    const std::string name = "server" + std::to_string(i);
    script(name, "date +%s.%N > " + at(name + ".begin") + "\nsleep 5\ndate +%s.%N > " +
                     at(name + ".end"));
    probes += health(name, ", interval: 60s, timeout: 30s");
  }
  const SidecarProcess sidecar{directory.path(), flags(probes)};

  for (int i = 0; i < 18; ++i) becomes(sidecar, of("server" + std::to_string(i)), 1);

  double first_begin = INFINITY;
  double last_begin = 0;
  double first_end = INFINITY;
  double last_end = 0;
  for (int i = 0; i < 18; ++i) {
    const double begin = std::stod(read_file(at("server" + std::to_string(i) + ".begin")));
    const double end = std::stod(read_file(at("server" + std::to_string(i) + ".end")));
    first_begin = std::min(first_begin, begin);
    last_begin = std::max(last_begin, begin);
    first_end = std::min(first_end, end);
    last_end = std::max(last_end, end);
  }
  // All at once; one after the other they would take 90 s.
  EXPECT_LT(last_begin, first_end);
  std::printf("18 scripts of 5 s took %.3f s together\n", last_end - first_begin);
}

// Breaks it: sidecar/probes/probe.cpp: `if (failure_reasons[i] == last_.failure) ++errors_[i];` ->
// `if (failure_reasons[i] != last_.failure) ++errors_[i];`
TEST_F(Checklist, R57EachProbeTellsHowLongItTookWhatFailedAndWhenItRan) {
  script("fetch", "exit 0");
  script("jupyter", "sleep 1000");
  const SidecarProcess sidecar{directory.path(),
                               flags("probes:\n" + health("fetch") +
                                     health("jupyter", ", interval: 300ms, timeout: 200ms"))};

  becomes(sidecar, "outrider_probe_success{probe=\"mcp-fetch\"}", 1);
  becomes(sidecar, "outrider_probe_success{probe=\"mcp-jupyter\"}", 0);
  becomes(sidecar, "outrider_probe_breaker_state{probe=\"mcp-jupyter\",state=\"open\"}", 1);
  EXPECT_EQ(sidecar.metric("outrider_probe_errors_total{probe=\"mcp-jupyter\",reason=\"timeout\"}"),
            3);
  EXPECT_GT(sidecar.metric("outrider_probe_duration_seconds{probe=\"mcp-jupyter\"}"), 0.19);
  EXPECT_GT(sidecar.metric("outrider_probe_last_run_timestamp_seconds{probe=\"mcp-fetch\"}"),
            1.6e9);
  EXPECT_TRUE(eventually([&] {
    return sidecar.log().find("probe mcp-jupyter: no answer 3 times in a row") != std::string::npos;
  })) << sidecar.log();
}

// Breaks it: sidecar/probes/probe.cpp: `((now.steady - due_) / config_.interval + 1) *
// config_.interval` -> `config_.interval / 10`
TEST_F(Checklist, R58EachProbeHasItsOwnCadence) {
  script("fetch", "date +%s%N >> " + at("times"));
  script("sqlite", "echo run >> " + at("slow"));
  const SidecarProcess sidecar{directory.path(),
                               flags("probes:\n" + health("fetch", ", interval: 200ms") +
                                     health("sqlite", ", interval: 1h"))};
  const auto runs = [&] {
    return sidecar.metric("outrider_probe_runs_total{probe=\"mcp-fetch\"}").value_or(0);
  };

  ASSERT_TRUE(eventually([&] { return runs() >= 8; }));

  std::istringstream lines{read_file(at("times"))};
  std::vector<double> times;
  for (double time = 0; lines >> time;) times.push_back(time / 1e9);
  // Never sooner than due; the first may have been late to start.
  EXPECT_GT(times.at(7) - times.at(0), 7 * 0.2 / 2);
  EXPECT_EQ(read_file(at("slow")), "run\n");
}

// Breaks it: sidecar/probes/breaker.hpp: `in_a_row_ >= failures_` -> `in_a_row_ > failures_`
TEST_F(Checklist, R64WhoFailsThreeTimesPausesAndIsTriedOnce) {
  script("jupyter", "sleep 1000");
  const SidecarProcess sidecar{directory.path(),
                               flags("probes:\n" + health("jupyter",
                                                          ", interval: 600ms, timeout: 500ms, "
                                                          "breaker: {failures: 3, pause: 2s}"))};
  const std::string state = "outrider_probe_breaker_state{probe=\"mcp-jupyter\",state=";

  ASSERT_TRUE(becomes(sidecar, state + "\"open\"}", 1));
  EXPECT_EQ(sidecar.metric("outrider_probe_runs_total{probe=\"mcp-jupyter\"}"), 3);
  EXPECT_EQ(sidecar.metric(of("jupyter")), 0);
  script("jupyter", "exit 0");
  ASSERT_TRUE(becomes(sidecar, state + "\"closed\"}", 1));

  EXPECT_EQ(sidecar.metric(of("jupyter")), 1);
  EXPECT_TRUE(eventually(
      [&] { return sidecar.log().find("probe mcp-jupyter: answers again") != std::string::npos; }));
}

constexpr const char* cross_stack_rules = R"(groups:
  - name: cross_stack_alerts
    interval: 10ms
    rules:
      - alert: ThunesBlockedWithMCPFailure
        expr: thunes_kill_switch_active == 1 and on() lab_mcp_server_health{server_name="rag-query"} == 0
)";

/// Looks at rag-query, and halts the trader whose switch is on while that is down.
std::vector<std::string> cross_stack(const Checklist& test) {
  return test.flags("probes:\n" + test.health("rag-query", ", interval: 1s") +
                        "protection:\n  arm_at_start: true\n  breakers:\n"
                        "    - {alert: ThunesBlockedWithMCPFailure, scope: producer}\n",
                    cross_stack_rules);
}

// The probe's target is a process, killed for real; the trader's half is a series of its own.
// Breaks it: sidecar/probes/exec.cpp: `is_known ? known->second : config_.other` ->
// `config_.exit_codes.at(0)`
TEST_F(Checklist, R121AKilledTargetAndATradersSeriesFireOneAlertAndHaltItsGate) {
  Process target{{"/bin/sleep", "1000"}, at("target.log")};
  script("rag-query", "kill -0 " + std::to_string(target.pid()) + " 2>/dev/null");
  const SidecarProcess sidecar{directory.path(), cross_stack(*this)};
  Producer producer{{.name = "thunes", .directory = sidecar.segments()}};
  Writer writer = producer.writer("main");
  Gauge killed = writer.gauge("thunes_kill_switch_active", "");
  const Gate gate = producer.gate("orders", {{"venue", "binance"}});
  killed.set(1.0);
  ASSERT_TRUE(becomes(sidecar, of("rag-query"), 1));
  ASSERT_TRUE(eventually([&] { return gate.state() == GateState::trading; }));

  target.kill_now();

  EXPECT_TRUE(eventually([&] { return gate.state() == GateState::halted; })) << sidecar.log();
  EXPECT_EQ(sidecar.metric(of("rag-query")), 0);
}

// Breaks it: sidecar/probes/exec.cpp: `is_known ? known->second : config_.other` -> `config_.other`
TEST_F(Checklist, R121ATargetThatRunsHaltsNobody) {
  script("rag-query", "exit 0");
  const SidecarProcess sidecar{directory.path(), cross_stack(*this)};
  Producer producer{{.name = "thunes", .directory = sidecar.segments()}};
  Writer writer = producer.writer("main");
  writer.gauge("thunes_kill_switch_active", "").set(1.0);
  const Gate gate = producer.gate("orders", {{"venue", "binance"}});

  ASSERT_TRUE(eventually([&] { return gate.state() == GateState::trading; }));
  ASSERT_TRUE(eventually([&] {
    return sidecar.metric("outrider_probe_runs_total{probe=\"mcp-rag-query\"}").value_or(0) >= 3;
  }));

  EXPECT_EQ(gate.state(), GateState::trading);
}

struct ProbesProcess : Checklist {};

TEST_F(ProbesProcess, HangWithoutDelayingTheEndAndEndWithIt) {
  script("jupyter", "echo $$ > " + at("pid") + "; exec sleep 1000");
  SidecarProcess sidecar{directory.path(), flags("probes:\n" + health("jupyter"))};
  ASSERT_TRUE(eventually([&] { return !read_file(at("pid")).empty(); }));

  sidecar.process().signal(SIGTERM);

  EXPECT_EQ(sidecar.process().wait(), 0);
  EXPECT_FALSE(eventually([&] { return ::kill(std::stoi(read_file(at("pid"))), 0) == 0; }, 50ms));
}

TEST_F(ProbesProcess, AreAsTheExampleHasThem) {
  std::string output;
  const std::string example = OUTRIDER_SOURCE_DIR "/tools/deploy/probes.yml";

  EXPECT_EQ(run(std::string{OUTRIDER_BIN_DIR} + "/outrider check config " + example, &output), 0);

  EXPECT_NE(output.find("probes.yml: good"), std::string::npos) << output;
}

TEST_F(ProbesProcess, AreReloadedAllOrNothing) {
  script("fetch", "exit 0");
  script("sqlite", "exit 1");
  SidecarProcess sidecar{directory.path(), flags("probes:\n" + health("fetch"))};
  ASSERT_TRUE(becomes(sidecar, of("fetch"), 1));

  write_file(at("sidecar.yml"), "probes:\n" + health("sqlite") + health("fetch", ", timeout: 1h"));
  sidecar.process().signal(SIGHUP);
  ASSERT_TRUE(eventually([&] {
    return sidecar.log().find("probes[1].timeout: found \\\"1h\\\"; needed") != std::string::npos;
  })) << sidecar.log();
  EXPECT_EQ(sidecar.metric(of("sqlite")), std::nullopt);

  write_file(at("sidecar.yml"), "probes:\n" + health("sqlite") + health("fetch"));
  sidecar.process().signal(SIGHUP);
  EXPECT_TRUE(becomes(sidecar, of("sqlite"), 0));
  EXPECT_EQ(sidecar.metric(of("fetch")), 1);

  write_file(at("sidecar.yml"), "loop: adaptive\n");
  sidecar.process().signal(SIGHUP);
  EXPECT_TRUE(eventually([&] { return sidecar.metric(of("fetch")) == std::nullopt; }));
}

}  // namespace
}  // namespace outrider::testing
