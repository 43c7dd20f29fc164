// SPDX-License-Identifier: Apache-2.0
// The law, judged by a ledger of the trader's own: what was recorded is drained,
// spilled or still in the ring, and nothing is lost or counted twice, whoever
// is stopped, killed and started again.
#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "process/harness.hpp"
#include "process/ledger.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;

class Law : public ::testing::Test {
 protected:
  Process start_trader() {
    return Process{{std::string{OUTRIDER_BIN_DIR} + "/ledger_trader", sidecar_.segments(), "trader",
                    ledger_path_},
                   directory_.path() + "/trader.log"};
  }
  double metric(const std::string& name) {
    return sidecar_.metric(name + "{producer=\"trader\"}").value_or(-1);
  }
  bool state_is(const std::string& state) {
    return sidecar_.metric("outrider_producer_state{producer=\"trader\",state=\"" + state +
                           "\"}") == 1.0;
  }
  double bucket(const std::string& le) {
    return sidecar_.metric("ledger_seconds_bucket{producer=\"trader\",le=\"" + le + "\"}")
        .value_or(-1);
  }
  double lost() {
    double sum = 0;
    for (const char* cause : {"damaged_checkpoint", "quarantined_lane", "stale_file", "bad_id"}) {
      sum += sidecar_.metric(std::string{"outrider_samples_lost_total{cause=\""} + cause + "\"}")
                 .value_or(-1);
    }
    return sum;
  }
  /// Everything that must agree once the trader has ended and been carried over.
  void expect_whole(double at_least, double at_most) {
    const double recorded = metric("outrider_samples_recorded_total");
    EXPECT_GE(recorded, at_least);
    EXPECT_LE(recorded, at_most);
    EXPECT_EQ(recorded,
              metric("outrider_samples_drained_total") + metric("outrider_samples_spilled_total"));
    EXPECT_EQ(metric("outrider_samples_in_ring"), 0);
    EXPECT_EQ(lost(), 0);
    EXPECT_EQ(metric("ledger_seconds_count"), recorded);
    EXPECT_EQ(bucket("+Inf"), recorded);
    EXPECT_GE(metric("ledger_calls_total"), at_least);
    EXPECT_LE(metric("ledger_calls_total"), at_most);
  }

  TempDirectory directory_;
  std::string ledger_path_ = directory_.path() + "/ledger";
  Ledger& ledger_ = open_ledger(ledger_path_);
  SidecarProcess sidecar_{directory_.path()};
};

TEST_F(Law, HoldsWhileTheReaderIsPausedSlowKilledAndRestarted) {
  Process trader = start_trader();
  ASSERT_TRUE(eventually([&] { return metric("ledger_seconds_count") > 1000; })) << sidecar_.log();

  for (int round = 0; round < 4; ++round) {
    sidecar_.process().signal(SIGSTOP);
    std::this_thread::sleep_for(100ms);
    sidecar_.process().signal(SIGCONT);
    for (int slow = 0; slow < 5; ++slow) {
      std::this_thread::sleep_for(5ms);
      sidecar_.process().signal(SIGSTOP);
      std::this_thread::sleep_for(10ms);
      sidecar_.process().signal(SIGCONT);
    }
    std::this_thread::sleep_for(50ms);
    sidecar_.start();  // kills the one before
    std::this_thread::sleep_for(50ms);
  }
  ledger_.stop = 1;
  ASSERT_EQ(trader.wait(), 0);

  ASSERT_TRUE(eventually([&] {
    return state_is("closed") && metric("outrider_samples_in_ring") == 0 &&
           metric("ledger_seconds_count") >= static_cast<double>(ledger_.completed);
  })) << sidecar_.get("/metrics")
      << sidecar_.log();
  const auto completed = static_cast<double>(ledger_.completed);
  EXPECT_GT(completed, 10'000);
  expect_whole(completed, completed);
  EXPECT_GT(metric("outrider_samples_spilled_total"), 0)
      << "the rings were never full: nothing was proven";
  EXPECT_EQ(bucket("1.003e-06"), static_cast<double>(ledger_.up_to[0]));
  EXPECT_EQ(bucket("2.047e-06"), static_cast<double>(ledger_.up_to[1]));
  EXPECT_EQ(bucket("5.0001e-05"), static_cast<double>(ledger_.up_to[2]));
}

TEST_F(Law, HoldsWhileTheTraderIsKilledAndRestarted) {
  std::uint64_t interrupted = 0;
  for (int generation = 0; generation < 5; ++generation) {
    Process trader = start_trader();
    const std::uint64_t before = ledger_.completed;
    ASSERT_TRUE(eventually([&] { return ledger_.completed > before + 2000; }));
    std::this_thread::sleep_for(std::chrono::milliseconds{20 + generation * 17});
    trader.kill_now();
    interrupted += ledger_.begun - ledger_.completed;
  }

  ASSERT_TRUE(eventually([&] {
    return state_is("dead") && metric("outrider_samples_in_ring") == 0 &&
           metric("ledger_calls_total") >= static_cast<double>(ledger_.completed) - 5;
  })) << sidecar_.get("/metrics")
      << sidecar_.log();
  // Each kill may have caught one call: it counts as a whole or not at all.
  const auto begun = static_cast<double>(ledger_.begun);
  expect_whole(begun - static_cast<double>(interrupted), begun);
  EXPECT_TRUE(eventually([&] { return run("ls " + sidecar_.segments() + "/t/*.telemetry") != 0; }))
      << "a retired generation's file is still there";
}

TEST_F(Law, KeepsTotalsOverARestartOfBoth) {
  Process trader = start_trader();
  ASSERT_TRUE(eventually([&] { return metric("ledger_seconds_count") > 1000; }));
  sidecar_.process().kill_now();
  std::this_thread::sleep_for(50ms);
  ledger_.stop = 1;
  ASSERT_EQ(trader.wait(), 0);

  sidecar_.start();
  ledger_.stop = 0;
  trader = start_trader();
  ASSERT_TRUE(eventually([&] { return state_is("live"); })) << sidecar_.log();
  ledger_.stop = 1;
  ASSERT_EQ(trader.wait(), 0);

  ASSERT_TRUE(eventually([&] {
    return state_is("closed") && metric("outrider_samples_in_ring") == 0 &&
           metric("ledger_seconds_count") >= static_cast<double>(ledger_.completed);
  }));
  expect_whole(static_cast<double>(ledger_.completed), static_cast<double>(ledger_.completed));
}

}  // namespace
}  // namespace outrider::testing
