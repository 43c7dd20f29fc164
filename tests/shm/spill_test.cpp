// SPDX-License-Identifier: Apache-2.0
// What a lane does with a sample that has no place in its ring, and with values
// and positions at the ends of their ranges.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <vector>

#include "shm/shared_segment.hpp"

namespace {

using namespace outrider;
using namespace outrider::shm;

/// A lane whose every push spills: there is never room behind its position.
class SpillingLane {
 public:
  explicit SpillingLane(std::vector<std::uint64_t> bounds = {}, bool in_ticks = false)
      : bounds_{std::move(bounds)} {
    const Telemetry view = segment_.writer_view();
    cells_.in_ticks = in_ticks;
    cells_.set_bounds(bounds_);
    cells_.spill = *view.spill(view.layout().spill, bounds_.size(), cells_.buckets.count());
    writer_.open(view.lane(0), position_, false);
  }

  void push(std::uint64_t value) { writer_.push(value, Ticks{}, cells_); }
  [[nodiscard]] std::vector<std::uint64_t> cuts() const { return copy(cells_.spill.cuts); }
  [[nodiscard]] std::vector<std::uint64_t> buckets() const { return copy(cells_.spill.buckets); }
  [[nodiscard]] std::uint64_t sum() const {
    return cells_.spill.header->sum_low + (cells_.spill.header->sum_high << 32);
  }
  [[nodiscard]] LaneHeader& header() { return writer_.lane(); }
  [[nodiscard]] const SpillHeader& spill() const { return *cells_.spill.header; }
  [[nodiscard]] const BucketLayout& layout() const { return cells_.buckets; }

 private:
  template <class Cells>
  static std::vector<std::uint64_t> copy(const Cells& cells) {
    return {cells.begin(), cells.end()};
  }

  test::SharedSegment segment_{8};
  std::vector<std::uint64_t> bounds_;
  std::atomic<std::uint64_t> position_{1};  // ahead of the head: cannot be
  HistogramCells cells_;
  RingWriter writer_;
};

using Counts = std::vector<std::uint64_t>;

TEST(SpillHistogram, CountsABoundExactlyThoughItLiesInsideABucket) {
  SpillingLane lane{{1'001}};
  ASSERT_NE(lane.layout().highest_beside(1'001), 1'001U);  // else nothing would be cut
  lane.push(1'000);
  EXPECT_EQ(lane.cuts(), Counts{1});
  lane.push(1'001);
  EXPECT_EQ(lane.cuts(), Counts{2});
  lane.push(1'002);
  EXPECT_EQ(lane.cuts(), Counts{2});
}

TEST(SpillHistogram, CountsABoundOnlyForValuesOfItsOwnBucket) {
  SpillingLane lane{{1'001}};
  const std::uint32_t bucket = lane.layout().index(1'001);
  lane.push(lane.layout().lowest(bucket) - 1);
  lane.push(lane.layout().highest(bucket) + 1);
  lane.push(0);
  lane.push(highest_trackable_value);
  EXPECT_EQ(lane.cuts(), Counts{0});
  lane.push(lane.layout().lowest(bucket));
  EXPECT_EQ(lane.cuts(), Counts{1});
}

TEST(SpillHistogram, CountsEachOfSeveralBoundsThatShareABucket) {
  SpillingLane lane{{1'000, 1'001, 1'002, 5'000}};
  for (const std::uint64_t value : {999U, 1'000U, 1'001U, 1'002U, 1'003U}) lane.push(value);
  // 999 lies one bucket lower: it is below the cut bucket as a whole.
  ASSERT_LT(lane.layout().index(999), lane.layout().index(1'000));
  EXPECT_EQ(lane.cuts(), (Counts{1, 2, 3, 0}));
}

TEST(SpillHistogram, CountsBoundsAtBothEndsOfTheRange) {
  SpillingLane lane{{0, 1, highest_trackable_value}};
  for (const std::uint64_t value : {0U, 1U, 2U}) lane.push(value);
  lane.push(highest_trackable_value);
  EXPECT_EQ(lane.cuts(), (Counts{1, 1, 1}));
}

TEST(SpillHistogram, AgreesWithACountOfEveryValueAroundEveryBound) {
  const std::vector<std::uint64_t> bounds{5, 127, 256, 257, 1'000, 65'535, 65'536, 1'000'003};
  SpillingLane lane{bounds};
  std::vector<std::uint64_t> values;
  for (const std::uint64_t bound : bounds) {
    for (const std::uint64_t value : {bound - 1, bound, bound + 1}) {
      values.push_back(value);
      lane.push(value);
    }
  }
  const Counts buckets = lane.buckets();
  const Counts cuts = lane.cuts();
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const auto bucket = static_cast<std::ptrdiff_t>(lane.layout().index(bounds[i]));
    const std::uint64_t up_to =
        std::accumulate(buckets.begin(), buckets.begin() + bucket, std::uint64_t{0}) + cuts[i];
    const auto expected = std::count_if(values.begin(), values.end(),
                                        [&](std::uint64_t value) { return value <= bounds[i]; });
    EXPECT_EQ(up_to, static_cast<std::uint64_t>(expected)) << bounds[i];
  }
}

TEST(SpillHistogram, KeepsTheSumOfValuesOverBothHalves) {
  SpillingLane lane;
  constexpr std::uint64_t large = (std::uint64_t{7} << 40) + 12'345;
  lane.push(large);
  lane.push(3);
  EXPECT_EQ(lane.sum(), large + 3);
  EXPECT_EQ(lane.spill().count, 2U);
  EXPECT_EQ(lane.header().spilled, 2U);
}

TEST(SampleRing, ClipsAndCountsAValueAbove2ToThe47) {
  SpillingLane lane;
  lane.push(highest_trackable_value);
  EXPECT_EQ(lane.header().clipped, 0U);
  lane.push(highest_trackable_value + 1);
  EXPECT_EQ(lane.header().clipped, 1U);
  lane.push(~std::uint64_t{0});
  EXPECT_EQ(lane.header().clipped, 2U);
  EXPECT_EQ(lane.buckets().back(), 3U);
  EXPECT_EQ(lane.header().anomalies, 0U);
}

TEST(SampleRing, CountsAnIntervalThatEndsBeforeItBeginsAsAnAnomalyAndNothingElse) {
  SpillingLane lane{{}, true};
  lane.push(Ticks::from_raw(5) - Ticks::from_raw(6));
  EXPECT_EQ(lane.header().anomalies, 1U);
  EXPECT_EQ(lane.header().clipped, 0U);
  EXPECT_EQ(lane.header().spilled, 0U);
  EXPECT_EQ(lane.header().head, 0U);
}

TEST(SampleRing, OnlySpillsOnAReadPositionThatCannotBe) {
  for (const std::uint64_t position :
       {std::uint64_t{1}, ~std::uint64_t{0} - 8, std::uint64_t{1} << 63, std::uint64_t{12'345}}) {
    const test::SharedSegment segment{8};
    const HistogramCells cells = segment.cells();
    const std::atomic<std::uint64_t> read_position{position};
    RingWriter writer;
    writer.open(segment.writer_view().lane(0), read_position, false);

    for (int i = 0; i < 1'000; ++i) writer.push(7, Ticks{}, cells);

    EXPECT_EQ(writer.lane().head, 0U) << position;
    EXPECT_EQ(writer.lane().spilled, 1'000U) << position;
  }
}

TEST(SampleRing, KeepsWhatIsUnreadWhenTheReadPositionBecomesImpossible) {
  const test::SharedSegment segment{8};
  const HistogramCells cells = segment.cells();
  std::atomic<std::uint64_t> position{0};
  RingWriter writer;
  writer.open(segment.writer_view().lane(0), position, false);
  const RingReader reader{segment.reader_view().lane(0), 0};
  for (std::uint64_t i = 0; i < 8; ++i) writer.push(i, Ticks{}, cells);

  position = 9;
  for (std::uint64_t i = 0; i < 1'000; ++i) writer.push(100, Ticks{}, cells);

  ASSERT_EQ(reader.readable(), 8U);
  for (std::uint64_t i = 0; i < 8; ++i) EXPECT_EQ(reader.peek(i).packed, i);
}

TEST(SampleRing, DeliversEverySampleWhilePositionsWrapAround) {
  constexpr std::uint64_t begin = ~std::uint64_t{0} - 20;
  const test::SharedSegment segment{8};
  const HistogramCells cells = segment.cells();
  std::atomic<std::uint64_t> position{begin};
  segment.writer_view().lane(0).header->head = begin;
  RingWriter writer;
  writer.open(segment.writer_view().lane(0), position, false);
  RingReader reader{segment.reader_view().lane(0), begin};

  std::uint64_t drained = 0;
  for (std::uint64_t i = 0; i < 64; ++i) {
    writer.push(i, Ticks::from_raw(i), cells);
    if (i % 8 != 7) continue;
    ASSERT_EQ(reader.readable(), 8U);
    for (; reader.readable() > 0; ++drained) {
      ASSERT_EQ(reader.peek(0).packed, drained);
      reader.release(1, position);
    }
  }

  EXPECT_EQ(drained, 64U);
  EXPECT_EQ(reader.position(), begin + 64);
  EXPECT_EQ(writer.lane().spilled, 0U);
}

TEST(SampleRing, SpillsWhenFullAlsoWhereThePositionHasWrappedAround) {
  constexpr std::uint64_t begin = ~std::uint64_t{0} - 3;
  const test::SharedSegment segment{8};
  const HistogramCells cells = segment.cells();
  const std::atomic<std::uint64_t> position{begin};
  segment.writer_view().lane(0).header->head = begin;
  RingWriter writer;
  writer.open(segment.writer_view().lane(0), position, false);

  for (int i = 0; i < 10; ++i) writer.push(1, Ticks{}, cells);

  EXPECT_EQ(writer.lane().head, begin + 8);
  EXPECT_EQ(writer.lane().spilled, 2U);
}

TEST(SampleRing, ConvertsTicksToNanosecondsBeforeItCountsThem) {
  const test::SharedSegment segment{2};
  HistogramCells cells = segment.cells();
  cells.in_ticks = true;
  cells.clock = {ClockKind::tsc, 1, 1, 0, 0};  // half a nanosecond a tick
  const std::atomic<std::uint64_t> nowhere{5};
  RingWriter writer;
  writer.open(segment.writer_view().lane(0), nowhere, false);

  writer.push(200, Ticks{}, cells);

  EXPECT_EQ(cells.spill.buckets[100], 1U);
  EXPECT_EQ(cells.spill.header->sum_low, 100U);
}

}  // namespace
