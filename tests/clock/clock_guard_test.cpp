// SPDX-License-Identifier: Apache-2.0
// The sidecar's own stages over a tick clock that the test bends, for both sides
// at once as a machine does that is moved, or for one: what may be granted by it.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <thread>

#include "load/stages.hpp"
#include "producer/segment_view.hpp"
#include "segments/reject_text.hpp"

namespace outrider {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t ms = 1'000'000;
constexpr std::uint64_t hour = 3'600'000 * ms;
constexpr std::uint64_t lease = 1'000 * ms;
constexpr std::uint64_t renewal = 100 * ms;

/// How the clock is bent: by so much since `from`, at so many halves of its rate.
std::uint64_t bend_by = 0;
std::uint64_t bend_from = 0;
std::uint64_t halves = 2;

Ticks bent(shm::ClockKind kind) noexcept {
  const std::uint64_t now = shm::ticks(kind).raw();
  const std::uint64_t since = bend_from == 0 ? 0 : now - bend_from;
  return Ticks::from_raw(now - since + since * halves / 2 + bend_by);
}

config::Config armed_at_start() {
  config::Config config;
  config.log.file = "/dev/null";
  config.protection.arm_at_start = true;
  return config;
}

class BentClock : public ::testing::Test {
 protected:
  BentClock() {
    bend_by = bend_from = 0;
    halves = 2;
    shm::FileError error;
    const std::string path = shm::telemetry_path(directory_.path(), "oms", producer_.generation());
    const shm::Descriptor file{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
    const std::uint64_t bytes = shm::TelemetryLayout{test::small_geometry()}.total;
    mapping_ = shm::Mapping::of_file(file, shm::Access::read_write, bytes, error);
    EXPECT_FALSE(error) << error.message;
    stages_.step(100ms);
    producer_.housekeep();  // takes in the control segment
    renew();
  }

  static ProducerOptions options(const std::string& directory) {
    ProducerOptions options = test::small_options(directory);
    options.clock = outrider::ClockChoice::monotonic;  // ticks are nanoseconds
    return options;
  }
  static Ticks now() { return bent(shm::ClockKind::monotonic); }

  /// The trader's heartbeat by the bent clock, off by as much, then a renewal.
  void renew(std::uint64_t off = 0) {
    shm::ClockPair pair = shm::read_clocks(shm::ClockKind::monotonic, bent);
    pair.ticks += off;
    const shm::Telemetry telemetry{{mapping_.data(), static_cast<std::size_t>(mapping_.size())},
                                   test::small_geometry()};
    shm::beat(telemetry.state().heartbeat, pair);
    stages_.step(100ms);
    expect_no_long_grant();
  }
  void expect_no_long_grant() {
    const std::uint64_t begin = now().raw();
    for (std::uint64_t later = lease + renewal; later < 6'000 * ms; later += 50 * ms) {
      EXPECT_FALSE(gate_.open(Ticks::from_raw(begin + later))) << later;
    }
  }
  double value(const std::string& family, std::size_t behind_edges = 0) {
    const auto seen = stages_.publish();
    for (const auto& each : seen->snapshot.schema->families) {
      if (each.name == family)
        return seen->snapshot
            .values[each.metrics.front().first_value + each.edges.size() + behind_edges];
    }
    ADD_FAILURE() << "no family " << family;
    return -1;
  }

  test::SegmentDirectory directory_;
  Producer producer_{options(directory_.path())};
  Gate gate_ = producer_.gate("orders");
  Writer writer_ = producer_.writer("main");
  Histogram latency_ = writer_.histogram("order_seconds", "Order", {.unit = Unit::ticks()});
  testing::Stages stages_{{directory_.path(), directory_.path() + "/state"},
                          armed_at_start(),
                          std::make_shared<const rules::RuleSet>(),
                          bent};
  shm::Mapping mapping_;
};

TEST_F(BentClock, OpensTheGateForALeaseAndNoLonger) {
  EXPECT_TRUE(gate_.open(now()));
  EXPECT_EQ(value("outrider_clock_jumps_total"), 0);
  expect_no_long_grant();
}

TEST_F(BentClock, ClosesTheGateAtAJumpOfAnHourAndOpensItAtTheNextAgreement) {
  double jumps = 0;
  for (const std::uint64_t jump : {hour, -hour, -hour, hour}) {
    ASSERT_TRUE(gate_.open(now()));
    bend_by += jump;
    EXPECT_FALSE(gate_.open(now())) << "the lease is of the clock before";
    expect_no_long_grant();
    renew();
    EXPECT_FALSE(gate_.open(now())) << "granted by a clock that has just jumped";
    EXPECT_EQ(gate_.view().reason, segments::to_text(shm::RejectCode::clock_skew));
    renew();
    EXPECT_TRUE(gate_.open(now()));
    EXPECT_EQ(value("outrider_clock_jumps_total"), ++jumps);
  }
}

TEST_F(BentClock, GrantsNothingWhileTheClockRunsAtTwiceOrHalfItsRate) {
  for (const std::uint64_t rate : {4U, 1U}) {
    ASSERT_TRUE(gate_.open(now()));
    bend_from = shm::monotonic_ns();
    halves = rate;
    for (int i = 0; i < 3; ++i) {
      std::this_thread::sleep_for(60ms);
      renew();
      EXPECT_FALSE(gate_.open(now())) << rate;
    }
    bend_by = now().raw() - shm::monotonic_ns();
    bend_from = 0;
    renew();
    renew();
    renew();
    EXPECT_TRUE(gate_.open(now())) << "right again, whatever it shows";
  }
}

TEST_F(BentClock, GrantsNothingWhileTheTradersClockDiffersByMoreThanTenMilliseconds) {
  for (const std::uint64_t off : {20 * ms, -(20 * ms), hour, -hour}) {
    renew(off);
    EXPECT_FALSE(gate_.open(now()));
    EXPECT_EQ(gate_.state(), GateState::unarmed);
    EXPECT_EQ(gate_.view().reason, segments::to_text(shm::RejectCode::clock_skew));
    renew(5 * ms);
    EXPECT_TRUE(gate_.open(now()));
  }
  EXPECT_EQ(value("outrider_clock_jumps_total"), 0) << "it is not our clock that is wrong";
}

TEST_F(BentClock, MakesNoLatencyOfAJumpForward) {
  const Ticks start = now();
  bend_by += hour;
  latency_.record(start, now());
  stages_.step(1ms);

  EXPECT_EQ(value("order_seconds"), 1);
  EXPECT_LT(value("order_seconds", 1), 1.0) << "the sum in seconds; an hour was not waited";
  EXPECT_EQ(value("outrider_clock_anomalies_total"), 1);
}

TEST_F(BentClock, CountsAnIntervalAcrossAJumpBackAndDoesNotRecordIt) {
  const Ticks start = now();
  bend_by -= hour;
  latency_.record(start, now());
  stages_.step(1ms);

  EXPECT_EQ(value("order_seconds"), 0);
  EXPECT_EQ(value("outrider_clock_anomalies_total"), 1);
}

TEST_F(BentClock, KeepsALongLatencyThatIsOne) {
  const Ticks stop = now();
  latency_.record(Ticks::from_raw(stop.raw() - 7 * hour), stop);
  stages_.step(1ms);

  EXPECT_EQ(value("order_seconds"), 1);
  EXPECT_GT(value("order_seconds", 1), 7 * 3600 * 0.99);
  EXPECT_EQ(value("outrider_clock_anomalies_total"), 0);
}

}  // namespace
}  // namespace outrider
