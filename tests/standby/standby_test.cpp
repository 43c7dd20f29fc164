// SPDX-License-Identifier: Apache-2.0
// The second sidecar: what it waits for, and what is as it was when it serves.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "guardian.hpp"
#include "outputs/listener.hpp"
#include "outrider/shm/identity.hpp"
#include "standby/pair.hpp"
#include "standby/trader.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;

class WarmStandby : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(eventually([this] { return trader_.state() == GateState::trading; }));
    trader_.forget_refusals();
    pair_.start_standby();
  }
  bool takes_over() {
    ++starts_;
    const bool did = eventually([this] { return pair_.said("sidecar started") == starts_; });
    pair_.swap();
    return did;
  }
  int outrider(const std::string& arguments) {
    return run(std::string{OUTRIDER_BIN_DIR} + "/outrider " + arguments);
  }
  std::string control() {
    return " --segment.dir=" + pair_.segments() + " --control.socket=" + pair_.root() +
           "/control.sock";
  }
  bool counts_are(double recorded) {
    return eventually([&] {
      return pair_.metric("orders_total{producer=\"trader\"}") == recorded &&
             pair_.metric("order_seconds_count{producer=\"trader\"}") == recorded;
    });
  }

  Pair pair_;
  Trader trader_{pair_.segments()};
  std::size_t starts_ = 1;
};

TEST_F(WarmStandby, HoldsTheGateAndEverySampleWhenTheActiveOneIsKilled) {
  for (int kill = 0; kill < 3; ++kill) {
    pair_.active().kill_now();
    ASSERT_TRUE(takes_over()) << pair_.log();
    pair_.start_standby();
  }
  EXPECT_TRUE(eventually([this] { return trader_.state() == GateState::trading; }));
  EXPECT_EQ(trader_.refused(), 0U) << "the lease outlives the takeover: " << pair_.log();
  trader_.stop();
  EXPECT_TRUE(counts_are(static_cast<double>(trader_.recorded())));
  EXPECT_EQ(outrider("journal verify --storage.path=" + pair_.root() + "/state"), 0);
}

TEST_F(WarmStandby, TakesOverFromOneThatEndsInGoodOrder) {
  pair_.active().signal(SIGTERM);

  ASSERT_TRUE(takes_over()) << pair_.log();
  EXPECT_EQ(pair_.standby().wait(), 0);
  EXPECT_EQ(http_get(pair_.port(), "/-/healthy"), "healthy\n");
}

TEST_F(WarmStandby, EndsOneThatIsStoppedBeforeItTakesOver) {
  Process& stopped = pair_.active();
  stopped.signal(SIGSTOP);

  ASSERT_TRUE(takes_over()) << pair_.log();
  stopped.signal(SIGCONT);
  EXPECT_EQ(stopped.wait(), 128 + SIGKILL) << "it never woke up";
  EXPECT_EQ(pair_.said("made no pass and was killed"), 1U) << pair_.log();
  EXPECT_EQ(trader_.state(), GateState::trading);
  EXPECT_EQ(trader_.refused(), 0U) << "found before the leases ran out: " << pair_.log();
  trader_.stop();
  EXPECT_TRUE(counts_are(static_cast<double>(trader_.recorded())));
  EXPECT_EQ(outrider("journal verify --storage.path=" + pair_.root() + "/state"), 0);
}

TEST_F(WarmStandby, LeavesAloneWhoeverPasses) {
  // Longer than half a lease: its patience.
  for (int look = 0; look < 200; ++look) std::this_thread::sleep_for(10ms);

  EXPECT_EQ(pair_.said("took over"), 0U) << pair_.log();
  EXPECT_EQ(http_get(pair_.port(), "/-/healthy"), "healthy\n");
}

// What says who guards is a file: it must be whole, of this sort, and name the process.
TEST_F(WarmStandby, KillsNobodyWhomTheFileDoesNotNameExactly) {
  const pid_t bystander = fork();
  if (bystander == 0) {
    for (;;) pause();
  }
  const std::string path = pair_.segments() + "/c/guardian";
  const auto claim = [&](std::uint64_t magic, std::uint64_t start) {
    const std::array<std::uint64_t, 5> words{magic, static_cast<std::uint64_t>(bystander), start,
                                             shm::pid_namespace(), 7};
    ::unlink(path.c_str());  // the guardian beats in the file that it made
    write_file(path, {reinterpret_cast<const char*>(words.data()), sizeof words});
  };
  const auto start = shm::process_start_time(static_cast<std::uint32_t>(bystander)).value();

  claim(guardian_magic, start + 1);
  EXPECT_TRUE(eventually([&] { return pair_.said("cannot be killed") == 1; })) << pair_.log();
  claim(guardian_magic + 1, start);
  EXPECT_EQ(pulse_of(pair_.segments()), std::nullopt);
  write_file(path, "short");
  EXPECT_EQ(pulse_of(pair_.segments()), std::nullopt);

  EXPECT_EQ(waitpid(bystander, nullptr, WNOHANG), 0) << "it lives";
  EXPECT_EQ(pair_.said("took over"), 0U) << pair_.log();
  ::kill(bystander, SIGKILL);
  waitpid(bystander, nullptr, 0);
}

TEST_F(WarmStandby, KeepsWhatIsKilled) {
  ASSERT_EQ(outrider("kill --reason 'before the takeover'" + control()), 0);
  ASSERT_TRUE(eventually([this] { return trader_.state() == GateState::killed; }));
  pair_.active().kill_now();

  ASSERT_TRUE(takes_over()) << pair_.log();
  EXPECT_NE(pair_.log().find("still KILLED"), std::string::npos) << pair_.log();
  EXPECT_EQ(trader_.state(), GateState::killed);
}

TEST_F(WarmStandby, ListensToSignalsWhileItWaits) {
  pair_.standby().signal(SIGHUP);
  EXPECT_TRUE(eventually([this] { return pair_.said("msg=reloaded") == 1; })) << pair_.log();
  write_file(pair_.root() + "/sidecar.yml", "nonsense: 1\n");
  pair_.standby().signal(SIGHUP);
  EXPECT_TRUE(eventually([this] { return pair_.said("not reloaded") == 1; })) << pair_.log();

  pair_.standby().signal(SIGTERM);

  EXPECT_EQ(pair_.standby().wait(), 0);
  EXPECT_EQ(pair_.said("took over"), 0U);
  EXPECT_EQ(http_get(pair_.port(), "/-/healthy"), "healthy\n");
}

TEST_F(WarmStandby, HoldsTheGatesWhileItsPortIsNotFree) {
  pair_.standby().signal(SIGSTOP);
  pair_.active().kill_now();
  {
    const outputs::Listener somebody =
        outputs::listen_on_tcp("127.0.0.1", static_cast<std::uint16_t>(pair_.port()));
    pair_.standby().signal(SIGCONT);

    EXPECT_TRUE(eventually([this] { return pair_.said("the gates are held") > 0; }));
    EXPECT_TRUE(eventually([this] { return trader_.state() == GateState::trading; }));
    EXPECT_EQ(pair_.said("sidecar started"), starts_);
  }
  EXPECT_TRUE(takes_over()) << pair_.log();
}

}  // namespace
}  // namespace outrider::testing
