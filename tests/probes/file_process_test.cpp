// SPDX-License-Identifier: Apache-2.0
// Files of others through the real sidecar: read into series, and written to when
// a scope closes.
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdio>
#include <outrider/producer.hpp>

#include "probes/checklist.hpp"

namespace outrider::testing {
namespace {

constexpr const char* worktree = R"(
  - name: worktree-main
    file: .worktree
    interval: 1h
    values:
      - key: status
        series: lab_worktree_status
        labels: {worktree_name: main}
        map: {complete: 0, working: 1, testing: 2, blocked: 3}
        otherwise: 1
      - key: test_status
        series: lab_worktree_test_status
        labels: {worktree_name: main}
        map: {passing: 1, failing: 2}
        otherwise: 0
)";
constexpr const char* status = "lab_worktree_status{worktree_name=\"main\"}";
constexpr const char* test_status = "lab_worktree_test_status{worktree_name=\"main\"}";

// Breaks it: sidecar/probes/key_values.cpp: `quote == 0 ? c == '"' || c == '\'' : c == quote` ->
// `quote == 0 ? c == '"' : c == quote`
TEST_F(Checklist, R55AWorktreeFileBecomesNumbersAndAMissingOneItsDefaults) {
  const SidecarProcess sidecar{directory.path(), flags(std::string{"probes:"} + worktree)};
  becomes(sidecar, status, 1);
  becomes(sidecar, test_status, 0);

  write_file(at(".worktree"), "branch=\"main\"\nstatus=\"testing\"\ntest_status='failing'\n");
  becomes(sidecar, status, 2);
  becomes(sidecar, test_status, 2);
  write_file(at(".worktree"), "status=asleep\n");
  becomes(sidecar, status, 1);
  becomes(sidecar, test_status, 0);
}

constexpr const char* halted_by_orders = R"(groups:
  - name: orders
    interval: 10ms
    rules:
      - {alert: TooMany, expr: open_orders > 3}
)";

// Breaks it: sidecar/run_probes.cpp: `if (closed == scope || closed` -> `if (closed`
TEST_F(Checklist, R56ABreakerThatOpensWritesBlockedIntoTheWorktreeInOneStep) {
  write_file(at(".worktree"), "# of a person\nbranch='main'\nstatus='testing'\n");
  ASSERT_EQ(::link(at(".worktree").c_str(), at("before").c_str()), 0);
  SidecarProcess sidecar{
      directory.path(),
      flags(std::string{"probes:"} + worktree +
                "write_back:\n"
                "  - {file: .worktree, scope: 'producer=thunes', states: {HALTED: blocked, KILLED: "
                "blocked, TRADING: working}}\n"
                "protection:\n  arm_at_start: true\n  probes: 0\n  breakers:\n"
                "    - {alert: TooMany, scope: producer, cooldown: 100ms}\n",
            halted_by_orders)};
  Producer producer{{.name = "thunes", .directory = sidecar.segments()}};
  Writer writer = producer.writer("main");
  Gauge orders = writer.gauge("open_orders", "");
  const Gate gate = producer.gate("orders", {{"venue", "binance"}});
  ASSERT_TRUE(eventually([&] { return gate.state() == GateState::trading; }));
  ASSERT_TRUE(becomes(sidecar, status, 1));

  orders.set(4.0);
  ASSERT_TRUE(becomes(sidecar, status, 3));
  EXPECT_EQ(read_file(at(".worktree")), "# of a person\nbranch='main'\nstatus=\"blocked\"\n");
  EXPECT_EQ(read_file(at("before")), "# of a person\nbranch='main'\nstatus='testing'\n");

  orders.set(0.0);
  EXPECT_TRUE(becomes(sidecar, status, 1));
  std::string output;
  EXPECT_EQ(
      sidecar.outrider("kill --scope producer=thunes --reason 'test: fills are doubled'", &output),
      0)
      << output;
  EXPECT_TRUE(becomes(sidecar, status, 3));
}

struct WriteBackProcess : Checklist {};

TEST_F(WriteBackProcess, WritesNothingUnlessItIsConfigured) {
  write_file(at(".worktree"), "status='testing'\n");
  const SidecarProcess sidecar{directory.path(), flags(std::string{"probes:"} + worktree)};
  Producer producer{{.name = "thunes", .directory = sidecar.segments()}};
  const Gate gate = producer.gate("orders", {{"venue", "binance"}});
  ASSERT_TRUE(becomes(sidecar, status, 2));

  std::string output;
  EXPECT_EQ(sidecar.outrider("kill --scope global --reason 'test: fills are doubled'", &output), 0)
      << output;
  ASSERT_TRUE(eventually([&] { return gate.state() == GateState::killed; }));

  EXPECT_FALSE(
      eventually([&] { return read_file(at(".worktree")) != "status='testing'\n"; }, 600ms));
}

}  // namespace
}  // namespace outrider::testing
