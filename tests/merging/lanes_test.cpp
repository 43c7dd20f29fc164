// SPDX-License-Identifier: Apache-2.0
// One series in several lanes of one producer, and more threads than lanes: what
// the sidecar shows is what the threads' own ledger says, while it drains.
#include <gtest/gtest.h>

#include <latch>
#include <thread>
#include <vector>

#include "merging/ledger.hpp"
#include "process/harness.hpp"
#include "producer/segment_view.hpp"

namespace outrider::merging {
namespace {

using testing::eventually;

class MergedLanes : public ::testing::Test {
 protected:
  Page page() { return Page{sidecar_.get("/metrics")}; }

  /// Waits until the page says what the ledger says, then expects a page without fault.
  void expect_the_ledger() {
    std::string differences;
    EXPECT_TRUE(eventually([&] {
      differences = ledger_.differences(page(), "producer=\"oms\"");
      return differences.empty();
    })) << differences;
    const Page last = page();
    EXPECT_EQ(last.complaints(), "");
    EXPECT_EQ(last.value("outrider_samples_recorded_total{producer=\"oms\"}"),
              static_cast<double>(ledger_.samples()));
    for (const char* cause : {"damaged_checkpoint", "quarantined_lane", "stale_file", "bad_id"}) {
      EXPECT_EQ(last.value("outrider_samples_lost_total{cause=\"" + std::string{cause} + "\"}"), 0)
          << cause;
    }
  }

  testing::TempDirectory directory_;
  testing::SidecarProcess sidecar_{directory_.path()};
  Producer producer_{{.name = "oms", .directory = sidecar_.segments()}};
  Ledger ledger_;
};

TEST_F(MergedLanes, SumCountersAndMergeHistogramsBucketByBucket) {
  std::vector<std::jthread> threads;
  for (std::uint64_t lane = 0; lane < 5; ++lane) {
    threads.emplace_back([this, lane] {
      Writer writer = producer_.writer("lane-" + std::to_string(lane));
      ASSERT_FALSE(writer.shared());
      Recorder recorder{writer, ledger_};
      // Beyond the ring's capacity, so that some of it comes by way of spill.
      for (std::uint64_t i = 0; i < 20'000; ++i) recorder.record(i * 5 + lane);
    });
  }
  threads.clear();
  expect_the_ledger();
}

TEST_F(MergedLanes, ShowOfAGaugeWhatWasStoredLast) {
  Writer first = producer_.writer("first");
  Gauge by_first = first.gauge("position_lots", "Position.");
  std::jthread{[&] {
    Writer second = producer_.writer("second");
    Gauge by_second = second.gauge("position_lots", "Position.");
    by_first.set(1);
    by_second.set(-2.5);
  }}.join();
  const std::string sample = "position_lots{producer=\"oms\"}";
  EXPECT_TRUE(eventually([&] { return page().written(sample) == "-2.5"; }));
  by_first.set(7);
  EXPECT_TRUE(eventually([&] { return page().written(sample) == "7"; }));
  EXPECT_EQ(page().complaints(), "");
}

TEST_F(MergedLanes, CountEveryCallOfFourThousandShortThreadsFiftyAtATime) {
  constexpr std::ptrdiff_t at_once = 50;
  constexpr std::uint64_t rounds = 80;
  std::atomic<std::ptrdiff_t> shared{0};
  for (std::uint64_t round = 0; round < rounds; ++round) {
    // All hold a lane before any of them ends, so that in each round 34 find none free.
    std::latch all_hold_one{at_once};
    std::vector<std::jthread> threads;
    for (std::uint64_t thread = 0; thread < at_once; ++thread) {
      threads.emplace_back([&, thread] {
        Writer writer = producer_.writer("order-" + std::to_string((thread + round) % 24));
        shared += writer.shared() ? 1 : 0;
        all_hold_one.arrive_and_wait();
        Recorder recorder{writer, ledger_};
        for (std::uint64_t i = 0; i < 20; ++i) recorder.record(thread + round * i);
      });
    }
  }
  expect_the_ledger();
  EXPECT_EQ(shared, rounds * (at_once - 16));
  const test::SegmentView segment{sidecar_.segments()};
  std::uint64_t claims = 0;
  for (std::uint32_t lane = 0; lane <= 16; ++lane) {
    const shm::LaneHeader& header = *segment.view().lane(lane).header;
    claims += header.generation;
    EXPECT_EQ(header.state, static_cast<std::uint32_t>(shm::LaneState::free)) << lane;
  }
  EXPECT_EQ(claims, rounds * at_once);
}

TEST_F(MergedLanes, CountEveryCallOfManyThreadsOnTheSharedLane) {
  std::vector<Writer> taken;
  for (int lane = 0; lane < 16; ++lane) {
    taken.push_back(producer_.writer("taken-" + std::to_string(lane)));
    ASSERT_FALSE(taken.back().shared());
  }
  std::vector<std::jthread> threads;
  for (std::uint64_t thread = 0; thread < 24; ++thread) {
    threads.emplace_back([this, thread] {
      Writer writer = producer_.writer("sharer");
      EXPECT_TRUE(writer.shared());
      Recorder recorder{writer, ledger_};
      for (std::uint64_t i = 0; i < 4'000; ++i) recorder.record(i * 24 + thread);
    });
  }
  threads.clear();
  expect_the_ledger();
}

}  // namespace
}  // namespace outrider::merging
