// SPDX-License-Identifier: Apache-2.0
// The real sidecar while its wall clock is stepped by hours, under libfaketime,
// which changes CLOCK_REALTIME alone: nothing that is decided may notice, and what
// is written down has the time that people read from their clocks.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <outrider/producer.hpp>
#include <thread>

#include "clock/wall_clock.hpp"
#include "process/harness.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr const char* rules = R"(groups:
  - name: g
    interval: 1ms
    rules:
      - alert: TooMany
        expr: position > 10
        for: 3s
      - alert: Slow
        expr: order_seconds_rolling_max{window="10s"} > 3
)";

constexpr const char* config = R"(rules: {file: test.rules.yml}
protection:
  lease: 3s
  arm_at_start: true
  breakers:
    - {alert: TooMany, scope: producer, action: halt_new, cooldown: 3s}
    - {alert: Slow, scope: global, action: halt_new, cooldown: 1s}
)";

constexpr const char* trips = R"(outrider_trips_total{rule="TooMany",scope="producer=oms"})";

class SteppedWallClock : public ::testing::Test {
 protected:
  SteppedWallClock() { WallClock::is_right_again(); }

  bool becomes(GateState state) {
    return eventually([&] { return gate_.state() == state; });
  }
  int outrider(const std::string& arguments, std::string* output) const {
    return sidecar_.outrider(arguments, output);
  }
  /// How far from our own wall clock a time of the sidecar's is.
  static std::chrono::hours ahead(const std::string& text) {
    std::tm time{};
    EXPECT_NE(::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &time), nullptr) << text;
    const std::chrono::duration<double, std::ratio<3600>> by =
        system_clock::from_time_t(::timegm(&time)) - system_clock::now();
    return std::chrono::hours{std::lround(by.count())};
  }
  /// Of the newest latch or gate that `outrider status` shows.
  std::chrono::hours shown(const std::string& list) const {
    std::string text;
    outrider("status --json", &text);
    return ahead(nlohmann::json::parse(text).at(list).at(0).at("since"));
  }
  std::chrono::hours last_line() const {
    const std::string log = sidecar_.log();
    return ahead(log.substr(log.rfind("ts=") + 3, 19));
  }

  TempDirectory directory_;
  bool files_are_there_ = (write_file(directory_.path() + "/test.rules.yml", rules),
                           write_file(directory_.path() + "/sidecar.yml", config), true);
  WallClock wall_{directory_.path()};
  SidecarProcess sidecar_{directory_.path(),
                          {"--config.file=" + directory_.path() + "/sidecar.yml"}};
  Producer producer_{{.name = "oms", .directory = sidecar_.segments()}};
  Writer writer_ = producer_.writer("main");
  Gauge position_ = writer_.gauge("position", "");
  Histogram seconds_ = writer_.histogram("order_seconds", "");
  Gate gate_ = producer_.gate("orders");
};

TEST_F(SteppedWallClock, TripsNothingAndClosesNoGate) {
  position_.set(1);
  ASSERT_TRUE(becomes(GateState::trading));
  std::atomic<bool> stop = false;
  std::uint64_t refused = 0;
  std::uint64_t recorded = 0;
  std::thread trader{[&] {
    Writer writer = producer_.writer("orders");
    Histogram seconds = writer.histogram("order_seconds", "");
    for (; !stop; ++recorded) {
      const Ticks now = ticks();
      if (!gate_.open(now)) ++refused;
      seconds.record(now, ticks());
      std::this_thread::sleep_for(100us);
    }
  }};

  for (const auto by : {5h, -5h, 100h, 0h, -9000h, 9000h, 0h}) {
    wall_.step(by);
    const auto until = steady_clock::now() + 300ms;
    while (steady_clock::now() < until) std::this_thread::sleep_for(10ms);
  }
  stop = true;
  trader.join();

  EXPECT_EQ(refused, 0U);
  EXPECT_EQ(gate_.state(), GateState::trading);
  EXPECT_EQ(sidecar_.metric(trips), 0);
  EXPECT_TRUE(eventually([&] {
    return sidecar_.metric("order_seconds_count{producer=\"oms\"}") ==
           static_cast<double>(recorded);
  }));
  EXPECT_EQ(sidecar_.metric("outrider_clock_anomalies_total{producer=\"oms\"}"), 0);
  EXPECT_EQ(sidecar_.get("/-/healthy"), "healthy\n");
}

TEST_F(SteppedWallClock, NeitherShortensNorStretchesForAndCooldown) {
  position_.set(1);
  ASSERT_TRUE(becomes(GateState::trading));

  const auto breached = steady_clock::now();
  position_.set(11);
  std::this_thread::sleep_for(500ms);
  wall_.step(5h);
  ASSERT_TRUE(becomes(GateState::halted));
  const auto halted = steady_clock::now();
  EXPECT_GE(halted - breached, 3s);
  EXPECT_EQ(sidecar_.metric(trips), 1);
  EXPECT_EQ(shown("gates"), 5h);
  EXPECT_EQ(last_line(), 5h);

  position_.set(1);
  wall_.step(24h);
  std::this_thread::sleep_for(500ms);
  EXPECT_EQ(gate_.state(), GateState::halted);
  wall_.step(-24h);
  ASSERT_TRUE(becomes(GateState::trading));
  EXPECT_GE(steady_clock::now() - halted, 2900ms);  // it was halted a little before we saw it
}

TEST_F(SteppedWallClock, IsWrittenDownAsPeopleReadItAndLimitsNothing) {
  ASSERT_TRUE(becomes(GateState::trading));
  std::string output;
  wall_.step(5h);
  ASSERT_EQ(outrider("kill --reason test", &output), 0) << output;
  EXPECT_EQ(shown("latches"), 5h);

  wall_.step(-7h);
  EXPECT_EQ(outrider("arm --reason 'test: everything was looked at'", &output), 0) << output;
  ASSERT_TRUE(becomes(GateState::trading));
  EXPECT_EQ(outrider("kill --reason test", &output), 0) << output;
  EXPECT_EQ(shown("latches"), -7h);
  wall_.step(100h);
  EXPECT_EQ(outrider("arm --reason 'test: everything was looked at'", &output), 1) << output;
  EXPECT_NE(output.find("within the last minute"), std::string::npos) << output;

  // By the order in the journal, not by its times: the kill is the later one.
  sidecar_.start();
  ASSERT_TRUE(becomes(GateState::killed));
  EXPECT_EQ(shown("latches"), -7h);
}

TEST_F(SteppedWallClock, LeavesTheFlightRecorderTheMomentsBeforeIt) {
  position_.set(7);
  ASSERT_TRUE(becomes(GateState::trading));
  ASSERT_TRUE(eventually([&] {
    return sidecar_.get("/api/v1/query?query=position").find("\"7\"") != std::string::npos;
  }));
  seconds_.record(1000);
  wall_.step(5h);
  position_.set(8);
  std::string said;
  ASSERT_EQ(outrider("kill --reason 'the clock was set'", &said), 0) << said;

  const std::string flight = directory_.path() + "/state/flight";
  std::filesystem::path recording;
  ASSERT_TRUE(eventually([&] {
    for (const auto& each : std::filesystem::directory_iterator(flight))
      if (each.path().filename().string().ends_with("Z-kill")) recording = each.path();
    return !recording.empty();
  })) << sidecar_.log();
  const std::string series = read_file(recording / "series.openmetrics");

  EXPECT_NE(series.find("\nposition{producer=\"oms\"} 7 "), std::string::npos);
  EXPECT_NE(series.find("\nposition{producer=\"oms\"} 8 "), std::string::npos);
  const auto dump = [&] {
    said.clear();
    outrider("dump " + recording.string() + " --json", &said);
    return nlohmann::json::parse(said).at("segments").at(0).at("samples");
  }();
  ASSERT_EQ(dump.size(), 1U);
  EXPECT_EQ(ahead(dump.at(0).at("time")), 5h) << "as that clock says by now";
}

}  // namespace
}  // namespace outrider::testing
