// SPDX-License-Identifier: Apache-2.0
// The control path, through real programs: what closes a trader's gate, what
// opens it, and what survives whose death.
#include <gtest/gtest.h>

#include <signal.h>
#include <filesystem>

#include <nlohmann/json.hpp>
#include <outrider/producer.hpp>
#include <thread>

#include "config/digest.hpp"
#include "process/harness.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;

constexpr const char* rules = R"(groups:
  - name: latency
    interval: 1ms
    rules:
      - alert: SlowOrder
        expr: order_seconds_rolling_max{window="10s"} > 0.5
      - alert: MaxLoss
        expr: pnl_dollars < -1000
)";

constexpr const char* config = R"(rules: {file: test.rules.yml}
protection:
  lease: 500ms
  probes: 2
  success_window: 1s
  breakers:
    - {alert: SlowOrder, scope: venue, action: halt_new, cooldown: 1s}
  kill_switch:
    - {alert: MaxLoss, scope: global}
)";

/// A trader in this very process, over a sidecar in another.
class GateProcess : public ::testing::Test {
 protected:
  static Producer open_producer(const std::string& segments, const std::string& name = "trader") {
    return Producer{{.name = name, .directory = segments}};
  }
  bool becomes(const Gate& gate, GateState state, std::chrono::milliseconds patience = 20s) {
    return eventually([&] { return gate.state() == state; }, patience);
  }
  int outrider(const std::string& arguments, std::string* output = nullptr) {
    return sidecar_.outrider(arguments, output);
  }
  int arm(std::string* output = nullptr) {
    return outrider("arm --reason 'test: everything was looked at'", output);
  }

  TempDirectory directory_;
  bool files_are_there_ = (write_file(directory_.path() + "/test.rules.yml", rules),
                           write_file(directory_.path() + "/sidecar.yml", config), true);
  SidecarProcess sidecar_{directory_.path(),
                          {"--config.file=" + directory_.path() + "/sidecar.yml"}};
};

TEST_F(GateProcess, IsUnarmedUntilAPersonArmsIt) {
  Producer producer = open_producer(sidecar_.segments());
  const Gate gate = producer.gate("orders", {{"venue", "binance"}});
  ASSERT_TRUE(eventually([&] { return gate.view().reason == "no arming on record"; }))
      << gate.view().reason;
  EXPECT_EQ(gate.state(), GateState::unarmed);

  std::string output;
  EXPECT_EQ(outrider("arm", &output), 2) << output;
  EXPECT_EQ(outrider("arm --reason short", &output), 1) << output;
  EXPECT_NE(output.find("needed at least 20"), std::string::npos) << output;
  EXPECT_FALSE(gate.open(ticks()));
  EXPECT_EQ(arm(&output), 0) << output;

  EXPECT_TRUE(becomes(gate, GateState::trading));
  EXPECT_TRUE(gate.open(ticks()));
}

TEST_F(GateProcess, IsClosedByABreachInASampleAndOpensAgainAfterTheCooldown) {
  Producer producer = open_producer(sidecar_.segments());
  Gate gate = producer.gate("orders", {{"venue", "binance"}});
  const Gate other = producer.gate("orders", {{"venue", "kraken"}});
  Writer writer = producer.writer("main");
  Histogram latency = writer.histogram("order_seconds", "Order", {.unit = Unit::nanoseconds()},
                                       {{"venue", "binance"}});
  ASSERT_EQ(arm(), 0);
  ASSERT_TRUE(becomes(gate, GateState::trading));
  ASSERT_TRUE(becomes(other, GateState::trading));

  latency.record(600'000'000, ticks());

  ASSERT_TRUE(becomes(gate, GateState::halted)) << sidecar_.log();
  EXPECT_EQ(gate.view().reason, "SlowOrder");
  EXPECT_EQ(gate.view().scope, "venue=binance");
  EXPECT_FALSE(gate.permits(OrderKind::enter));
  EXPECT_TRUE(gate.permits(OrderKind::cancel));
  EXPECT_EQ(other.state(), GateState::trading);
  EXPECT_EQ(sidecar_.metric("outrider_trips_total{rule=\"SlowOrder\",scope=\"venue=binance\"}"),
            1.0);
  EXPECT_EQ(sidecar_.metric("outrider_trip_duration_seconds_count"), 1.0);
  ASSERT_TRUE(becomes(gate, GateState::probing))
      << "the maximum leaves its window, the cooldown ends";
  EXPECT_FALSE(gate.open(ticks()));
  EXPECT_TRUE(gate.permits(OrderKind::enter));
  EXPECT_TRUE(gate.permits(OrderKind::enter));
  EXPECT_FALSE(gate.permits(OrderKind::enter)) << "the allowance is two";
  EXPECT_TRUE(gate.permits(OrderKind::reduce));
  EXPECT_TRUE(becomes(gate, GateState::trading)) << "both probes were good";
}

TEST_F(GateProcess, CountsTripsOfTheDayOverARestart) {
  Producer producer = open_producer(sidecar_.segments());
  const Gate gate = producer.gate("orders", {{"venue", "binance"}});
  Writer writer = producer.writer("main");
  Histogram latency = writer.histogram("order_seconds", "Order", {.unit = Unit::nanoseconds()},
                                       {{"venue", "binance"}});
  ASSERT_EQ(arm(), 0);
  ASSERT_TRUE(becomes(gate, GateState::trading));
  latency.record(600'000'000, ticks());
  ASSERT_TRUE(becomes(gate, GateState::halted)) << sidecar_.log();
  const std::string name = "{rule=\"SlowOrder\",scope=\"venue=binance\"}";
  EXPECT_TRUE(eventually([&] { return sidecar_.metric("outrider_trips_today" + name) == 1.0; }));
  std::string output;
  EXPECT_TRUE(eventually([&] {
    run(std::string{OUTRIDER_BIN_DIR} + "/outrider history --newest-first --limit 1" +
            " --storage.path=" + directory_.path() + "/state",
        &output);
    return output.find("SlowOrder") != std::string::npos;
  })) << output;

  sidecar_.process().kill_now();
  sidecar_.start();

  EXPECT_TRUE(eventually([&] { return sidecar_.metric("outrider_trips_today" + name) == 1.0; }));
  EXPECT_EQ(sidecar_.metric("outrider_trips_total" + name), 0.0);
}

TEST_F(GateProcess, IsHaltedByAPersonForATimeAndShowsIt) {
  Producer producer = open_producer(sidecar_.segments());
  const Gate gate = producer.gate("orders", {{"venue", "binance"}});
  ASSERT_EQ(arm(), 0);
  ASSERT_TRUE(becomes(gate, GateState::trading));
  std::string output;
  EXPECT_EQ(outrider("halt --scope venue=binance --for soon", &output), 2) << output;

  EXPECT_EQ(outrider("halt --scope venue=binance --reason odd --for 2s", &output), 0) << output;
  EXPECT_NE(output.find("venue=binance is HALTED for 2s"), std::string::npos) << output;
  EXPECT_EQ(gate.state(), GateState::halted);
  EXPECT_EQ(gate.view().reason, "odd, 1 min left");
  EXPECT_EQ(outrider("status", &output), 1);
  EXPECT_NE(output.find("for 2s"), std::string::npos) << output;

  EXPECT_TRUE(becomes(gate, GateState::trading));
}

TEST_F(GateProcess, IsClosedByAKilledSidecarWithinTheLease) {
  Producer producer = open_producer(sidecar_.segments());
  const Gate gate = producer.gate("orders");
  ASSERT_EQ(arm(), 0);
  ASSERT_TRUE(becomes(gate, GateState::trading));

  sidecar_.process().kill_now();
  std::this_thread::sleep_for(550ms);  // the lease is 500 ms

  EXPECT_FALSE(gate.open(ticks()));
  EXPECT_EQ(gate.state(), GateState::stale);
  sidecar_.start();
  EXPECT_TRUE(becomes(gate, GateState::trading)) << "armed is armed: the restart grants again";
}

TEST_F(GateProcess, StaysKilledAcrossARestartOfEitherSide) {
  auto producer = std::make_unique<Producer>(open_producer(sidecar_.segments()));
  Gate gate = producer->gate("orders");
  Writer writer = producer->writer("main");
  Gauge pnl = writer.gauge("pnl_dollars", "Profit and loss");
  ASSERT_EQ(arm(), 0);
  ASSERT_TRUE(becomes(gate, GateState::trading));

  pnl.set(-2000);
  ASSERT_TRUE(becomes(gate, GateState::killed));
  EXPECT_EQ(gate.view().reason, "MaxLoss");
  pnl.set(0);
  sidecar_.start();
  std::this_thread::sleep_for(300ms);
  EXPECT_EQ(gate.state(), GateState::killed);

  writer = Writer{};
  producer.reset();
  const Producer again = open_producer(sidecar_.segments());
  gate = const_cast<Producer&>(again).gate("orders");
  ASSERT_TRUE(becomes(gate, GateState::killed));
  EXPECT_FALSE(gate.open(ticks()));

  std::string output;
  EXPECT_EQ(arm(&output), 0) << output;
  EXPECT_TRUE(becomes(gate, GateState::trading));
}

TEST_F(GateProcess, ObeysAKillThatNoSidecarSaw) {
  Producer producer = open_producer(sidecar_.segments());
  const Gate gate = producer.gate("orders");
  ASSERT_EQ(arm(), 0);
  ASSERT_TRUE(becomes(gate, GateState::trading));
  sidecar_.process().kill_now();

  std::string output;
  EXPECT_EQ(outrider("kill --reason 'no sidecar runs'", &output), 0) << output;
  EXPECT_FALSE(gate.open(ticks())) << "the words themselves were closed";
  sidecar_.start();

  ASSERT_TRUE(becomes(gate, GateState::killed));
  EXPECT_NE(sidecar_.log().find("no sidecar runs"), std::string::npos) << sidecar_.log();
}

TEST_F(GateProcess, ArmsNothingWhileKillRequestsCannotBeSeenAndSaysSo) {
  Producer producer = open_producer(sidecar_.segments());
  const Gate gate = producer.gate("orders");
  ASSERT_EQ(arm(), 0);
  ASSERT_TRUE(becomes(gate, GateState::trading));
  const std::string requests = sidecar_.segments() + "/c/kill";
  std::filesystem::rename(requests, requests + ".away");

  EXPECT_TRUE(eventually([&] {
    return sidecar_.metric("outrider_kill_requests_readable") == 0.0 &&
           sidecar_.get("/-/ready").find("kill requests") != std::string::npos;
  }));
  EXPECT_EQ(gate.state(), GateState::trading) << "it would have seen one until now";
  EXPECT_EQ(outrider("kill --scope host --reason 'by the socket'"), 0);
  ASSERT_TRUE(becomes(gate, GateState::killed));
  const std::string arm_host = "arm --scope host --reason 'test: everything was looked at'";
  std::string output;
  EXPECT_EQ(outrider(arm_host, &output), 1);
  EXPECT_NE(output.find("found the kill requests in c/kill unreadable"), std::string::npos)
      << output;

  std::filesystem::rename(requests + ".away", requests);
  EXPECT_TRUE(
      eventually([&] { return sidecar_.metric("outrider_kill_requests_readable") == 1.0; }));
  EXPECT_EQ(outrider(arm_host, &output), 0) << output;
  EXPECT_TRUE(becomes(gate, GateState::trading));
}

TEST_F(GateProcess, DoesNotOpenForAZeroAStaleOrANanosecondStamp) {
  Producer producer = open_producer(sidecar_.segments());
  const Gate gate = producer.gate("orders");
  ASSERT_EQ(arm(), 0);
  ASSERT_TRUE(becomes(gate, GateState::trading));

  EXPECT_TRUE(gate.open(ticks()));
  EXPECT_FALSE(gate.open(Ticks{}));
  EXPECT_FALSE(
      gate.open(Ticks::from_raw(ticks().raw() - (std::uint64_t{1} << shm::lease_range_bits))));
  EXPECT_FALSE(gate.open(Ticks::from_raw(shm::monotonic_ns() / 2)));
  EXPECT_FALSE(gate.open(Ticks::from_raw(~std::uint64_t{0})));
}

TEST_F(GateProcess, ReloadsAllOrNothingAndKeepsWhatIsLatched) {
  Producer producer = open_producer(sidecar_.segments());
  const Gate gate = producer.gate("orders");
  ASSERT_EQ(arm(), 0);
  ASSERT_EQ(outrider("kill --reason 'before the reload'"), 0);
  ASSERT_TRUE(becomes(gate, GateState::killed));

  write_file(directory_.path() + "/sidecar.yml", "rules: {file: test.rules.yml}\nnonsense: 1\n");
  sidecar_.process().signal(SIGHUP);
  EXPECT_TRUE(
      eventually([&] { return sidecar_.metric("outrider_config_last_reload_successful") == 0.0; }));
  write_file(directory_.path() + "/sidecar.yml", config);
  sidecar_.process().signal(SIGHUP);

  EXPECT_TRUE(
      eventually([&] { return sidecar_.metric("outrider_config_last_reload_successful") == 1.0; }));
  EXPECT_EQ(gate.state(), GateState::killed);
}

TEST_F(GateProcess, SaysAtAReloadWhatOnlyAStartTakesUpAndWhatItHasLoaded) {
  const std::string fresh = std::string{config} + "storage: {max-journal-bytes: 65536}\n";
  write_file(directory_.path() + "/sidecar.yml", fresh);
  sidecar_.process().signal(SIGHUP);

  EXPECT_TRUE(eventually([&] {
    return sidecar_.log().find("setting=storage.max-journal-bytes") != std::string::npos;
  })) << sidecar_.log();
  const nlohmann::json status = nlohmann::json::parse(sidecar_.get("/api/v1/status"));
  EXPECT_EQ(status.at("config_sha256"), config::sha256(fresh));
  EXPECT_EQ(status.at("rules_sha256").get<std::string>().size(), 64U);
}

TEST_F(GateProcess, IsClosedAtOnceOnExitWhereThatIsConfigured) {
  write_file(directory_.path() + "/sidecar.yml", std::string{config} + "close-on-exit: true\n");
  sidecar_.start();
  Producer producer = open_producer(sidecar_.segments());
  const Gate gate = producer.gate("orders");
  ASSERT_EQ(arm(), 0);
  ASSERT_TRUE(becomes(gate, GateState::trading));

  sidecar_.process().signal(SIGTERM);

  EXPECT_EQ(sidecar_.process().wait(), 0);
  EXPECT_EQ(gate.state(), GateState::unarmed);
  EXPECT_EQ(gate.view().reason, "the sidecar has ended");
}

}  // namespace
}  // namespace outrider::testing
