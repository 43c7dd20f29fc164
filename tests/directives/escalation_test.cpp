// SPDX-License-Identifier: Apache-2.0
// A trader that sends orders although it is KILLED, under the real sidecar: told of
// always, ended only where the configuration says so.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <outrider/producer.hpp>
#include <outrider/shm/identity.hpp>
#include <thread>

#include "process/harness.hpp"
#include "trader_signals.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;

class OrdersAfterAKill : public ::testing::Test {
 protected:
  void start(const std::string& escalation) {
    write_file(directory_.path() + "/sidecar.yml",
               "protection:\n  arm_at_start: true\n" + escalation);
    sidecar_.emplace(directory_.path(), std::vector<std::string>{
                                            "--config.file=" + directory_.path() + "/sidecar.yml"});
  }
  Process trader(const std::string& thread) {
    Process process{
        {std::string{OUTRIDER_BIN_DIR} + "/obeying_trader", sidecar_->segments(), "rogue", thread},
        directory_.path() + "/trader.out"};
    EXPECT_TRUE(eventually([&] {
      return sidecar_->metric(
                 "outrider_gate_state{gate=\"orders\",producer=\"rogue\",state=\"TRADING\"}") ==
             1.0;
    })) << sidecar_->log();
    return process;
  }
  int kill_by_command() {
    return run(std::string{OUTRIDER_BIN_DIR} + "/outrider kill --reason test --segment.dir=" +
               sidecar_->segments() + " --control.socket=" + directory_.path() + "/control.sock");
  }
  bool logs(const std::string& text) {
    return eventually([&] { return sidecar_->log().find(text) != std::string::npos; }, 10s);
  }
  bool orders_flow() {
    return eventually(
        [&] {
          return sidecar_->metric("outrider_orders_after_kill{producer=\"rogue\"}").value_or(0) > 0;
        },
        10s);
  }

  TempDirectory directory_;
  std::optional<SidecarProcess> sidecar_;
};

TEST_F(OrdersAfterAKill, AreLoggedAndExportedAndNobodyIsSignalledUnlessItIsWritten) {
  start("  escalation: {orders: orders_total}\n");
  Process process = trader("gateway");

  ASSERT_EQ(kill_by_command(), 0);

  EXPECT_TRUE(orders_flow()) << sidecar_->log();
  EXPECT_TRUE(logs("orders flow although every gate of the trader is KILLED"));
  std::this_thread::sleep_for(300ms);
  EXPECT_EQ(::kill(process.pid(), 0), 0);
  EXPECT_EQ(sidecar_->log().find("signalled"), std::string::npos);
}

TEST_F(OrdersAfterAKill, AreNotSeenOfATraderThatStops) {
  start("  escalation: {orders: orders_total, signal: kill}\n");
  Process process = trader("loop");  // sends none

  ASSERT_EQ(kill_by_command(), 0);
  std::this_thread::sleep_for(400ms);

  EXPECT_EQ(sidecar_->metric("outrider_orders_after_kill{producer=\"rogue\"}"), 0.0);
  EXPECT_EQ(::kill(process.pid(), 0), 0);
}

TEST_F(OrdersAfterAKill, EndTheTraderBySigtermWhereThatIsWritten) {
  start("  escalation: {orders: orders_total, signal: term}\n");
  Process process = trader("gateway");

  ASSERT_EQ(kill_by_command(), 0);

  EXPECT_EQ(process.wait(), 128 + SIGTERM);
  EXPECT_TRUE(logs("SIGTERM")) << sidecar_->log();
}

TEST_F(OrdersAfterAKill, EndATraderThatIgnoresSigtermAfterTheGrace) {
  start("  escalation: {orders: orders_total, signal: kill, grace: 300ms}\n");
  Process process = trader("immortal");

  ASSERT_EQ(kill_by_command(), 0);

  EXPECT_EQ(process.wait(), 128 + SIGKILL);
  EXPECT_TRUE(logs("SIGTERM"));
  EXPECT_TRUE(logs("SIGKILL"));
}

// A header can claim to be any process: the kernel is asked who holds the name.
TEST(TraderSignal, ReachesNobodyButTheHolderOfTheNameWhoBeganWhenItSays) {
  const TempDirectory directory;
  const std::string segments = make_segment_directory(directory.path());
  const pid_t bystander = fork();
  if (bystander == 0) {
    for (;;) pause();
  }
  const auto start = shm::process_start_time(static_cast<std::uint32_t>(bystander)).value();
  const TraderIdentity claimed{
      "victim", {static_cast<std::uint32_t>(bystander), start, shm::pid_namespace()}};
  Process owner{{std::string{OUTRIDER_BIN_DIR} + "/obeying_trader", segments, "victim", "gateway"},
                directory.path() + "/out"};
  ASSERT_TRUE(eventually(
      [&] { return read_file(segments + "/t/victim.lock").find('1') != std::string::npos; }));

  EXPECT_NE(signal_trader(segments, claimed, SIGKILL).find("lock of its name"), std::string::npos);
  TraderIdentity other = claimed;
  other.process.start += 1;
  EXPECT_NE(signal_trader(segments, other, SIGKILL).find("another one now"), std::string::npos);
  other = claimed;
  other.process.pid_namespace += 1;
  EXPECT_NE(signal_trader(segments, other, SIGKILL).find("namespace"), std::string::npos);
  other.process.pid_namespace = claimed.process.pid_namespace;
  for (const std::uint32_t pid : {0U, 1U, static_cast<std::uint32_t>(getpid()), 0xffff'ffffU}) {
    other.process.pid = pid;
    EXPECT_NE(signal_trader(segments, other, SIGKILL), "") << pid;
  }
  EXPECT_EQ(waitpid(bystander, nullptr, WNOHANG), 0) << "it lives";

  const auto pid = static_cast<std::uint32_t>(owner.pid());
  const TraderIdentity rightful{"victim",
                                {pid, shm::process_start_time(pid).value(), shm::pid_namespace()}};
  EXPECT_EQ(signal_trader(segments, rightful, SIGTERM), "");
  EXPECT_EQ(owner.wait(), 128 + SIGTERM);
  ::kill(bystander, SIGKILL);
  waitpid(bystander, nullptr, 0);
}

}  // namespace
}  // namespace outrider::testing
