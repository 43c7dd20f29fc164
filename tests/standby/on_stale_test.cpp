// SPDX-License-Identifier: Apache-2.0
// What may go out while nobody renews the leases: what an operator has written down
// while somebody did.
#include <gtest/gtest.h>
#include <signal.h>

#include <outrider/producer.hpp>

#include "process/harness.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;

// A busy machine holds a sidecar up for a quarter of a second, but not for the whole.
constexpr const char* config = R"(protection:
  arm_at_start: true
  lease: 1s
  on_stale:
    - {scope: global, action: continue}
    - {scope: "venue=careful", action: reduce_only}
    - {scope: "strategy=mm", action: halt}
)";

class OnStaleProcess : public ::testing::Test {
 protected:
  bool becomes(const Gate& gate, GateState state) {
    return eventually([&] { return gate.state() == state; });
  }

  TempDirectory directory_;
  bool config_is_there_ = (write_file(directory_.path() + "/sidecar.yml", config), true);
  SidecarProcess sidecar_{directory_.path(),
                          {"--config.file=" + directory_.path() + "/sidecar.yml"}};
  Producer producer_{{.name = "trader", .directory = sidecar_.segments()}};
};

TEST_F(OnStaleProcess, LetsOutWhatTheMostRestrictiveScopeOfTheGateAllows) {
  Gate bold = producer_.gate("bold");
  Gate careful = producer_.gate("careful", {{"venue", "careful"}});
  Gate closed = producer_.gate("closed", {{"venue", "careful"}, {"strategy", "mm"}});
  for (const Gate* gate : {&bold, &careful, &closed})
    ASSERT_TRUE(becomes(*gate, GateState::trading));

  sidecar_.process().signal(SIGSTOP);

  for (Gate* gate : {&bold, &careful, &closed}) {
    ASSERT_TRUE(becomes(*gate, GateState::stale));
    EXPECT_FALSE(gate->open(ticks()));
    EXPECT_TRUE(gate->permits(OrderKind::cancel));
  }
  EXPECT_TRUE(bold.permits(OrderKind::enter));
  EXPECT_FALSE(careful.permits(OrderKind::enter));
  EXPECT_TRUE(careful.permits(OrderKind::reduce));
  EXPECT_FALSE(closed.permits(OrderKind::reduce));
}

TEST_F(OnStaleProcess, LetsNothingOutOfAGateThatIsClosed) {
  Gate gate = producer_.gate("bold");
  ASSERT_TRUE(becomes(gate, GateState::trading));
  ASSERT_EQ(sidecar_.outrider("kill --reason 'before the end'"), 0);
  ASSERT_TRUE(becomes(gate, GateState::killed));

  sidecar_.process().kill_now();

  EXPECT_FALSE(gate.permits(OrderKind::enter));
  EXPECT_FALSE(gate.permits(OrderKind::reduce));
}

TEST_F(OnStaleProcess, IsOnRecordAndFollowsAReload) {
  Gate gate = producer_.gate("bold");
  ASSERT_TRUE(becomes(gate, GateState::trading));
  const auto history = [this] {
    std::string output;
    run(std::string{OUTRIDER_BIN_DIR} + "/outrider history --storage.path=" + directory_.path() +
            "/state",
        &output);
    return output;
  };
  EXPECT_TRUE(eventually([&] {
    return history().find("protection.on_stale: continue") != std::string::npos;
  })) << history();

  write_file(directory_.path() + "/sidecar.yml", "protection: {arm_at_start: true, lease: 1s}\n");
  sidecar_.process().signal(SIGHUP);
  ASSERT_TRUE(eventually([&] { return sidecar_.log().find("msg=reloaded") != std::string::npos; }));
  EXPECT_TRUE(eventually([&] {
    sidecar_.process().signal(SIGSTOP);
    const bool stale = becomes(gate, GateState::stale);
    const bool halted = stale && !gate.permits(OrderKind::enter);
    sidecar_.process().signal(SIGCONT);
    return halted;
  }));
}

TEST_F(OnStaleProcess, LeavesTheHostHaltedUntilAPersonArmsWhereThatIsWritten) {
  Gate gate = producer_.gate("bold");
  write_file(directory_.path() + "/sidecar.yml",
             "protection: {arm_at_start: true, lease: 1s, on_stale_latch: true}\n");
  sidecar_.process().signal(SIGHUP);
  ASSERT_TRUE(eventually([&] { return sidecar_.log().find("msg=reloaded") != std::string::npos; }));
  ASSERT_TRUE(becomes(gate, GateState::trading));

  // The reload is said before the guard has taken it up.
  ASSERT_TRUE(eventually([&] {
    sidecar_.process().signal(SIGSTOP);
    const bool stood_still = becomes(gate, GateState::stale);
    sidecar_.process().signal(SIGCONT);
    return stood_still && eventually([&] { return gate.state() != GateState::stale; }) &&
           gate.state() == GateState::halted;
  }));
  EXPECT_EQ(sidecar_.outrider("arm --scope host --reason 'looked at why the sidecar stood still'"),
            0);
  EXPECT_TRUE(becomes(gate, GateState::trading));
}

// Its kill changes something in the first pass, before any gate was looked at.
TEST_F(OnStaleProcess, LatchesAlsoWhenTheFirstPassClosesAnotherScope) {
  write_file(directory_.path() + "/loss.rules.yml",
             "groups: [{name: g, rules: [{alert: Loss, expr: 'loss > 1'}]}]\n");
  write_file(directory_.path() + "/sidecar.yml",
             "rules: {file: [loss.rules.yml]}\n"
             "protection: {arm_at_start: true, lease: 1s, on_stale_latch: true,\n"
             "  kill_switch: [{alert: Loss, scope: venue}]}\n");
  Gate bold = producer_.gate("bold");
  Gate careful = producer_.gate("careful", {{"venue", "careful"}});
  Writer writer = producer_.writer("main");
  Gauge loss = writer.gauge("loss", "Loss", {{"venue", "careful"}});
  sidecar_.process().signal(SIGHUP);
  ASSERT_TRUE(becomes(bold, GateState::trading));
  loss.set(2);
  ASSERT_TRUE(becomes(careful, GateState::killed));
  sidecar_.process().kill_now();
  ASSERT_TRUE(becomes(bold, GateState::stale));

  sidecar_.start();

  EXPECT_TRUE(becomes(bold, GateState::halted));
  EXPECT_EQ(careful.state(), GateState::killed);
}

TEST_F(OnStaleProcess, LatchesForTheGatesThatAnEarlierSidecarLeft) {
  write_file(directory_.path() + "/sidecar.yml",
             "protection: {arm_at_start: true, lease: 1s, on_stale_latch: true}\n");
  Gate gate = producer_.gate("bold");
  ASSERT_TRUE(becomes(gate, GateState::trading));
  sidecar_.process().kill_now();
  ASSERT_TRUE(becomes(gate, GateState::stale));

  sidecar_.start();

  EXPECT_TRUE(becomes(gate, GateState::halted));
}

}  // namespace
}  // namespace outrider::testing
