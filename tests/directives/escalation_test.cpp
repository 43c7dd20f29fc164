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
    configure(escalation);
    sidecar_.emplace(directory_.path(), std::vector<std::string>{
                                            "--config.file=" + directory_.path() + "/sidecar.yml"});
  }
  void configure(const std::string& escalation) {
    write_file(directory_.path() + "/sidecar.yml",
               "protection:\n  arm_at_start: true\n" + escalation);
  }
  void reload(const std::string& escalation) {
    configure(escalation);
    sidecar_->process().signal(SIGHUP);
    ASSERT_TRUE(logs("reloaded"));
  }
  Process trader(const std::vector<std::string>& threads) {
    std::vector<std::string> command{std::string{OUTRIDER_BIN_DIR} + "/obeying_trader",
                                     sidecar_->segments(), "rogue"};
    command.insert(command.end(), threads.begin(), threads.end());
    Process process{command, directory_.path() + "/trader.out"};
    EXPECT_TRUE(eventually([&] {
      return sidecar_->metric(
                 "outrider_gate_state{gate=\"orders\",producer=\"rogue\",state=\"TRADING\"}") ==
             1.0;
    })) << sidecar_->log();
    return process;
  }
  int kill_by_command() { return sidecar_->outrider("kill --reason test"); }
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
  Process process = trader({"gateway"});

  ASSERT_EQ(kill_by_command(), 0);

  EXPECT_TRUE(orders_flow()) << sidecar_->log();
  EXPECT_TRUE(logs("orders flow although every gate of the trader is KILLED"));
  std::this_thread::sleep_for(300ms);
  EXPECT_EQ(::kill(process.pid(), 0), 0);
  EXPECT_EQ(sidecar_->log().find("signalled"), std::string::npos);
}

TEST_F(OrdersAfterAKill, AreNotSeenOfATraderThatStops) {
  start("  escalation: {orders: orders_total, signal: kill}\n");
  Process process = trader({"obedient"});

  ASSERT_EQ(kill_by_command(), 0);
  std::this_thread::sleep_for(400ms);

  EXPECT_EQ(sidecar_->metric("outrider_orders_after_kill{producer=\"rogue\"}"), 0.0);
  EXPECT_EQ(::kill(process.pid(), 0), 0);
}

TEST_F(OrdersAfterAKill, AreNotWhatACounterHeldThatIsRegisteredAfterIt) {
  start("  escalation: {orders: orders_total, signal: kill}\n");
  Process process = trader({"obedient", "late"});

  ASSERT_EQ(kill_by_command(), 0);
  ASSERT_TRUE(eventually([&] {
    return sidecar_->metric("orders_total{lane=\"late\",producer=\"rogue\"}") == 5000.0;
  }));
  std::this_thread::sleep_for(300ms);

  EXPECT_EQ(sidecar_->metric("outrider_orders_after_kill{producer=\"rogue\"}"), 0.0);
  EXPECT_EQ(::kill(process.pid(), 0), 0);
}

TEST_F(OrdersAfterAKill, EndTheTraderBySigtermWhereThatIsWritten) {
  start("  escalation: {orders: orders_total, signal: term}\n");
  Process process = trader({"gateway"});

  ASSERT_EQ(kill_by_command(), 0);

  EXPECT_EQ(process.wait(), 128 + SIGTERM);
  EXPECT_TRUE(logs("SIGTERM")) << sidecar_->log();
}

TEST_F(OrdersAfterAKill, EndATraderThatIgnoresSigtermAfterTheGrace) {
  start("  escalation: {orders: orders_total, signal: kill, grace: 300ms}\n");
  Process process = trader({"immortal"});

  ASSERT_EQ(kill_by_command(), 0);

  EXPECT_EQ(process.wait(), 128 + SIGKILL);
  EXPECT_TRUE(logs("SIGTERM"));
  EXPECT_TRUE(logs("SIGKILL"));
}

TEST_F(OrdersAfterAKill, AreAbsentAndWarnedOfWhereNobodyCountsThem) {
  start("  escalation: {orders: orders_total}\n");
  const Process process = trader({"loop"});

  EXPECT_TRUE(logs("found no counter orders_total of it"));
  EXPECT_EQ(sidecar_->metric("outrider_orders_after_kill{producer=\"rogue\"}"), std::nullopt);
  EXPECT_EQ(sidecar_->metric("outrider_directives_pending{producer=\"rogue\"}"), 0.0);
}

TEST_F(OrdersAfterAKill, AreAbsentWhereNobodyIsToWatch) {
  start("");
  const Process process = trader({"gateway"});
  EXPECT_EQ(sidecar_->metric("outrider_orders_after_kill{producer=\"rogue\"}"), std::nullopt);
}

// Of each: SIGTERM comes, the trader stays, and after the grace there is a reason not to.
class Reprieve : public OrdersAfterAKill {
 protected:
  Process terminated(const std::string& thread) {
    start("  escalation: {orders: orders_total, signal: kill, grace: 1s}\n");
    Process process = trader({thread});
    EXPECT_EQ(kill_by_command(), 0);
    EXPECT_TRUE(logs("SIGTERM")) << sidecar_->log();
    return process;
  }
  void expect_life(const Process& process) {
    std::this_thread::sleep_for(1500ms);
    EXPECT_EQ(::waitpid(process.pid(), nullptr, WNOHANG), 0) << sidecar_->log();
    EXPECT_EQ(sidecar_->log().find("SIGKILL"), std::string::npos);
  }
};

TEST_F(Reprieve, ForATraderThatStaysButSendsNothingMore) {
  const Process process = terminated("penitent");
  expect_life(process);
}

TEST_F(Reprieve, WhenAReloadHasSwitchedEscalationOff) {
  const Process process = terminated("immortal");
  reload("  escalation: {orders: orders_total, signal: none, grace: 1s}\n");
  expect_life(process);
}

TEST_F(Reprieve, WhenAPersonHasArmedMeanwhile) {
  const Process process = terminated("immortal");
  EXPECT_EQ(sidecar_->outrider("arm --reason 'the kill was a mistake of ours'"), 0);
  expect_life(process);
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
