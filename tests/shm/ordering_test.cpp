// SPDX-License-Identifier: Apache-2.0
// Every acquire and release between a trader and a sidecar, as two threads over
// one mapping. ThreadSanitizer judges: each test reads plain memory that only
// the order makes safe to read, so a weakened order is a data race here
// (tools/lint/mutate_orders.py weakens each in turn).
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "outrider/shm/directive.hpp"
#include "outrider/shm/heartbeat.hpp"
#include "outrider/shm/series.hpp"
#include "shm/shared_segment.hpp"

namespace {

using namespace outrider;
using namespace outrider::shm;

using test::SharedSegment;

TEST(SampleRing, DeliversEverySampleOnceInOrderBetweenThreads) {
  constexpr std::uint64_t pushes = 20'000;
  const SharedSegment segment{8};  // so small that slots are soon written again
  std::atomic<std::uint64_t> position{0};
  std::atomic<bool> finished{false};
  std::jthread trader{[&] {
    const Telemetry view = segment.writer_view();
    const HistogramCells cells = segment.cells();
    RingWriter ring;
    ring.open(view.lane(0), position, false);
    for (std::uint64_t value = 1; value <= pushes; ++value) {
      ring.push(value, Ticks::from_raw(value * 3), cells);
    }
    finished.store(true);
  }};

  const TelemetryView::Lane lane = segment.reader_view().lane(0);
  RingReader reader{lane, 0};
  std::uint64_t drained = 0;
  std::uint64_t last = 0;
  for (bool last_look = false; !last_look;) {
    last_look = finished.load();
    for (std::uint64_t left = reader.readable(); left > 0; --left) {
      const Sample sample = reader.peek(0);
      ASSERT_GT(sample.packed, last);
      ASSERT_EQ(sample.stamp, sample.packed * 3);
      last = sample.packed;
      ++drained;
      reader.release(1, position);
    }
  }
  trader.join();

  EXPECT_EQ(drained + reader.spilled(), pushes);
  EXPECT_GT(drained, 0U);
}

/// A trader spills `pushes` samples, each after a plain store of its number; a
/// reader that sees `count` reach a number must see that number stored.
template <class Count>
void spill_between_threads(Count count) {
  constexpr std::uint64_t pushes = 2'000;
  const SharedSegment segment{2};
  const std::atomic<std::uint64_t> position{0};
  std::vector<std::uint64_t> written(pushes + 1);
  const std::jthread trader{[&] {
    const Telemetry view = segment.writer_view();
    const HistogramCells cells = segment.cells();
    RingWriter ring;
    ring.open(view.lane(0), position, false);
    for (std::uint64_t i = 0; i < 2; ++i) ring.push(1, Ticks{}, cells);
    for (std::uint64_t i = 1; i <= pushes; ++i) {
      written[i] = i;
      ring.push(7, Ticks{}, cells);
    }
  }};

  const RingReader reader{segment.reader_view().lane(0), 0};
  const HistogramCells cells = segment.cells();
  for (std::uint64_t seen = 0; seen < pushes;) {
    const std::uint64_t now = count(reader, *cells.spill.header);
    ASSERT_LE(now, pushes);
    if (now == seen) continue;
    ASSERT_EQ(written[now], now);
    seen = now;
  }
}

TEST(SpillHistogram, IsAtLeastAsNewAsItsCountBetweenThreads) {
  spill_between_threads(
      [](const RingReader&, const SpillHeader& header) { return spilled_into(header); });
}

TEST(SpillHistogram, IsAtLeastAsNewAsItsLanesCountBetweenThreads) {
  spill_between_threads(
      [](const RingReader& reader, const SpillHeader&) { return reader.spilled(); });
}

TEST(SeriesTable, IsWholeBelowItsCountBetweenThreads) {
  const SharedSegment segment{2};
  const std::uint32_t entries = segment.geometry().series;
  const std::jthread trader{[&] {
    const Telemetry view = segment.writer_view();
    std::uint32_t text_used = 0;
    for (std::uint32_t number = 0; number < entries; ++number) {
      SeriesInfo info;
      info.name = "orders_" + std::to_string(number) + "_total";
      info.labels = {{"venue", std::to_string(number)}};
      info.slot = number;
      EXPECT_TRUE(write_series(view.series(), number, info, text_used));
      view.publish_series(number + 1);
    }
  }};

  const TelemetryView view = segment.reader_view();
  for (std::uint32_t number = 0; number < entries;) {
    if (number >= view.series_published()) continue;
    const auto info = read_series(view.series(), number);
    ASSERT_TRUE(info) << number;
    ASSERT_EQ(info->name, "orders_" + std::to_string(number) + "_total");
    ASSERT_EQ(info->labels.front().second, std::to_string(number));
    ++number;
  }
}

TEST(LaneClaim, HasItsNameBeforeItCountsBetweenThreads) {
  const SharedSegment segment{2};
  const std::uint32_t lanes = segment.geometry().lanes;
  const std::jthread trader{[&] {
    const Telemetry view = segment.writer_view();
    for (std::uint32_t number = 0; number < lanes; ++number) {
      view.lane(number).header->name[0] = static_cast<char>('a' + number);
      view.publish_lanes(number + 1);
    }
  }};

  const TelemetryView view = segment.reader_view();
  for (std::uint32_t number = 0; number < lanes;) {
    if (number >= view.lanes_published()) continue;
    ASSERT_EQ(view.lane(number).header->name[0], static_cast<char>('a' + number));
    ++number;
  }
}

TEST(Heartbeat, ShowsTheWorkDoneBeforeTheBeatBetweenThreads) {
  constexpr std::uint64_t beats = 5'000;
  Heartbeat heartbeat{};
  std::vector<std::uint64_t> work(beats + 1);  // plain: the beat's count publishes it
  const std::jthread worker{[&] {
    for (std::uint64_t i = 1; i <= beats; ++i) {
      work[i] = i;
      beat(heartbeat, Ticks::from_raw(i), i * 2);
    }
  }};

  for (std::uint64_t seen = 0; seen < beats;) {
    Beat now;
    if (!read_beat(heartbeat, now) || now.count == seen) continue;
    ASSERT_EQ(work[now.count], now.count);
    ASSERT_EQ(now.ticks, now.count);
    ASSERT_EQ(now.ns, now.count * 2);
    seen = now.count;
  }
}

TEST(DirectiveTable, IsAtLeastAsNewAsItsLastDirectiveBetweenThreads) {
  constexpr std::uint64_t directives = 500;
  const auto table = std::make_unique<DirectiveTable>();
  std::vector<std::uint64_t> written(directives + 1);
  const std::jthread sidecar{[&] {
    for (std::uint64_t epoch = 1; epoch <= directives; ++epoch) {
      written[epoch] = epoch;
      issue(*table, {});
    }
  }};
  for (std::uint64_t last = 0; last < directives;) {
    last = last_directive(*table);
    ASSERT_EQ(written[last], last);
  }
}

TEST(Acknowledgement, FollowsWhatTheTraderDidBetweenThreads) {
  constexpr std::uint64_t directives = 500;
  const auto lane = std::make_unique<LaneHeader>();
  std::vector<std::uint64_t> done(directives + 1);
  std::atomic<std::uint64_t> seen{0};
  const std::jthread trader{[&] {
    for (std::uint64_t epoch = 1; epoch <= directives; ++epoch) {
      while (seen.load(std::memory_order_relaxed) + 1 < epoch) std::this_thread::yield();
      done[epoch] = epoch;
      acknowledge(*lane, epoch, DirectiveOutcome::done, Ticks{});
    }
  }};
  for (std::uint64_t epoch = 1; epoch <= directives; ++epoch) {
    while (!acknowledgement(*lane, epoch)) std::this_thread::yield();
    ASSERT_EQ(done[epoch], epoch);
    seen.store(epoch, std::memory_order_relaxed);
  }
}

}  // namespace
