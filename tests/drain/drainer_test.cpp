// SPDX-License-Identifier: Apache-2.0
// Draining a living producer: each sample once, whichever way it came, and what
// cannot be trusted counted as lost instead of believed.
#include "drain/drainer.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "drain/rig.hpp"

namespace {

using namespace outrider;
using drain::LossCause;
using drain::Totals;
using test::expect_the_law;
using test::lost;

const HistogramOptions bytes{.unit = Unit::count(), .bounds = {10, 1'001}};

class Drainer : public testing::Test {
 protected:
  Drainer() {
    drain_.attach(1);
    producer_->housekeep();
  }

  /// The trader's file, to write into as only a hostile trader would.
  shm::Telemetry hostile() {
    shm::FileError error;
    shm::FileCheck check;
    const shm::Descriptor file = shm::open_checked(directory_.path() + "/t/oms.1.telemetry",
                                                   shm::Access::read_write, check, error);
    mapping_ = shm::Mapping::of_file(file, shm::Access::read_write, check.size, error);
    return {{mapping_.data(), static_cast<std::size_t>(mapping_.size())}, test::small_geometry()};
  }
  void end_trader() {
    writer_ = Writer{};
    producer_.reset();
    drain_.end();
  }
  void start_trader(std::uint64_t generation) {
    producer_ = std::make_unique<Producer>(test::small_options(directory_.path()));
    writer_ = producer_->writer("gateway");
    drain_.attach(generation);
    producer_->housekeep();
  }
  Totals totals() { return drain_.drainer().totals(); }

  test::SegmentDirectory directory_;
  std::unique_ptr<Producer> producer_ =
      std::make_unique<Producer>(test::small_options(directory_.path()));
  Writer writer_ = producer_->writer("gateway");
  test::Drain drain_{directory_.path()};
  shm::Mapping mapping_;
};

TEST_F(Drainer, DecodesASampleIntoItsSeriesValueStampAndLane) {
  Writer second = producer_->writer("second");
  second.histogram("h", "", bytes).record(1'000, Ticks::from_raw(77));
  drain_.bind();
  const auto seen = drain_.take_all();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].row->info.name, "h");
  EXPECT_EQ(seen[0].value, 1'000U);
  EXPECT_EQ(seen[0].stamp, 77U);
  EXPECT_EQ(seen[0].lane, 1U);
  EXPECT_EQ(seen[0].bucket, shm::BucketLayout{2}.index(1'000));
}

TEST_F(Drainer, CountsEverySampleOnceThroughRingAndSpill) {
  Histogram histogram = writer_.histogram("h", "", bytes);
  drain_.bind();
  constexpr std::uint64_t samples = 3'000;
  std::uint64_t sum = 0;
  std::uint64_t taken = 0;
  for (std::uint64_t i = 0; i < samples; ++i) {
    histogram.record(i, Ticks{});
    if (i % 100 != 99) continue;
    for (const auto& seen : drain_.take_all()) {
      sum += seen.value;
      ++taken;
    }
  }
  const std::uint64_t spilled = drain_.sweep();

  EXPECT_GT(taken, 0U);
  EXPECT_GT(spilled, 0U);
  EXPECT_EQ(taken + spilled, samples);
  EXPECT_EQ(sum + drain_.swept().rows["h"].sum, samples * (samples - 1) / 2);
  EXPECT_EQ(totals().recorded, samples);
  EXPECT_EQ(totals().drained, taken);
  EXPECT_EQ(totals().spilled, spilled);
  expect_the_law(totals());
}

TEST_F(Drainer, SweepsOnlyWhatHasSpilledSince) {
  Histogram histogram = writer_.histogram("h", "", bytes);
  drain_.bind();
  for (int i = 0; i < 20; ++i) histogram.record(1'001, Ticks{});
  EXPECT_TRUE(drain_.drainer().has_new_spill());
  EXPECT_EQ(drain_.sweep(), 12U);
  EXPECT_FALSE(drain_.drainer().has_new_spill());
  EXPECT_EQ(drain_.sweep(), 0U);
  histogram.record(1'002, Ticks{});
  EXPECT_TRUE(drain_.drainer().has_new_spill());
  EXPECT_EQ(drain_.sweep(), 1U);
  EXPECT_EQ(drain_.swept().rows["h"].cuts[1], 12U);
}

TEST_F(Drainer, SweepsWhatHadSpilledBeforeItsSeriesWasBound) {
  Histogram histogram = writer_.histogram("h", "", bytes);
  for (int i = 0; i < 20; ++i) histogram.record(1, Ticks{});
  EXPECT_EQ(drain_.sweep(), 0U);
  drain_.bind();
  EXPECT_TRUE(drain_.drainer().has_new_spill());
  EXPECT_EQ(drain_.sweep(), 12U);
}

TEST_F(Drainer, LetsASampleWaitWhoseSeriesIsNotBoundYet) {
  writer_.histogram("h", "", bytes).record(1, Ticks{});
  EXPECT_TRUE(drain_.take_all().empty());
  EXPECT_TRUE(drain_.drainer().has_unbound_series());
  EXPECT_EQ(totals().in_ring, 1U);
  EXPECT_FALSE(drain_.drainer().is_drained());
  drain_.bind();
  EXPECT_EQ(drain_.take_all().size(), 1U);
  EXPECT_FALSE(drain_.drainer().has_unbound_series());
  EXPECT_TRUE(drain_.drainer().is_drained());
  expect_the_law(totals());
}

TEST_F(Drainer, IsNotDrainedWhileSomethingRegisteredIsNotBound) {
  writer_.counter("c_total", "").add(3);
  EXPECT_FALSE(drain_.drainer().is_drained());
  drain_.bind();
  EXPECT_TRUE(drain_.drainer().is_drained());
  const Writer second = producer_->writer("second");
  Writer third = producer_->writer("third");
  third.histogram("h", "", bytes).record(1, Ticks{});  // on the shared lane: spilled
  EXPECT_FALSE(drain_.drainer().is_drained());
}

TEST_F(Drainer, CountsASampleAsLostWhoseSeriesDoesNotExist) {
  Histogram histogram = writer_.histogram("h", "", bytes);
  writer_.counter("c_total", "");
  drain_.bind();
  for (int i = 0; i < 3; ++i) histogram.record(1, Ticks{});
  hostile().lane(0).ring[0].packed = ~std::uint64_t{0};
  hostile().lane(0).ring[1].packed = std::uint64_t{1} << shm::sample_value_bits;  // the counter
  EXPECT_EQ(drain_.take_all().size(), 1U);
  EXPECT_EQ(lost(totals(), LossCause::bad_id), 2U);
  EXPECT_EQ(totals().in_ring, 0U);
  expect_the_law(totals());
}

TEST_F(Drainer, ClampsAValueThatNobodyCouldHaveRecorded) {
  Histogram histogram = writer_.histogram("h", "", bytes);
  drain_.bind();
  histogram.record(1, Ticks{});
  hostile().lane(0).ring[0].packed = (std::uint64_t{1} << shm::sample_value_bits) - 1;
  const auto seen = drain_.take_all();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].value, shm::highest_trackable_value);
}

TEST_F(Drainer, QuarantinesALaneWhoseHeadCannotBeAndDrainsTheOthers) {
  Writer second = producer_->writer("second");
  Histogram first_histogram = writer_.histogram("h", "", bytes);
  Histogram second_histogram = second.histogram("h", "", bytes);
  drain_.bind();
  first_histogram.record(1, Ticks{});
  hostile().lane(0).header->head = 1'000;  // of eight
  second_histogram.record(2, Ticks{});

  const auto seen = drain_.take_all();

  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].lane, 1U);
  // Never more than there can have been.
  EXPECT_EQ(lost(totals(), LossCause::quarantined_lane), 8U);
  EXPECT_EQ(totals().recorded, 9U);
  EXPECT_TRUE(drain_.drainer().is_drained());
  expect_the_law(totals());
  second_histogram.record(3, Ticks{});
  EXPECT_EQ(drain_.take_all().size(), 1U);
}

TEST_F(Drainer, TakesNothingFromALaneWhoseHeadWentBack) {
  Histogram histogram = writer_.histogram("h", "", bytes);
  drain_.bind();
  for (int i = 0; i < 5; ++i) histogram.record(1, Ticks{});
  EXPECT_EQ(drain_.take_all().size(), 5U);
  hostile().lane(0).header->head = 2;
  EXPECT_TRUE(drain_.take_all().empty());
  EXPECT_EQ(drain_.kept("h"), 5U);
}

// Found by fuzzing: the samples were recorded, and neither drained nor lost.
TEST_F(Drainer, CountsAsLostWhatAHeadClaimsAfterTheRingsWereFoundEmpty) {
  Histogram histogram = writer_.histogram("h", "", bytes);
  drain_.bind();
  histogram.record(1, Ticks{});
  EXPECT_EQ(drain_.take_all().size(), 1U);
  ASSERT_TRUE(drain_.drainer().is_drained());

  hostile().lane(0).header->head = 4;
  drain_.drainer().retire();

  EXPECT_EQ(totals().recorded, 4U);
  EXPECT_EQ(lost(totals(), LossCause::quarantined_lane), 3U);
  expect_the_law(totals());
}

TEST_F(Drainer, BelievesNoCountOfLanesOrSeriesBeyondItsGeometry) {
  writer_.histogram("h", "", bytes).record(1, Ticks{});
  hostile().state().lanes_used = ~std::uint64_t{0};
  hostile().state().series_count = ~std::uint64_t{0};
  drain_.bind();
  EXPECT_EQ(drain_.binding()->series.size(), test::small_geometry().series);
  EXPECT_FALSE(drain_.refusals().empty());
  EXPECT_EQ(drain_.take_all().size(), 1U);
}

TEST_F(Drainer, BindsNoSpillHistogramThatLiesElsewhere) {
  Histogram histogram = writer_.histogram("h", "", bytes);
  hostile().lane(0).spills[0] = ~std::uint64_t{7};
  drain_.bind();
  EXPECT_TRUE(drain_.binding()->spills.empty());
  for (int i = 0; i < 20; ++i) histogram.record(1, Ticks{});
  EXPECT_EQ(drain_.sweep(), 0U);
}

TEST_F(Drainer, SumsCountersOverLanes) {
  Writer second = producer_->writer("second");
  writer_.counter("c_total", "").add(3);
  second.counter("c_total", "").add(4);
  writer_.up_down_counter("open", "").add(5);
  second.up_down_counter("open", "").sub(7);
  drain_.bind();
  EXPECT_EQ(drain_.counter("c_total"), 7U);
  std::int64_t open = 0;
  EXPECT_TRUE(drain_.drainer().up_down(drain_.series("open"), open));
  EXPECT_EQ(open, -2);
}

TEST_F(Drainer, ShowsHowFullTheFullestRingIs) {
  Histogram histogram = writer_.histogram("h", "", bytes);
  EXPECT_EQ(drain_.drainer().fullest_ring(), 0);
  for (int i = 0; i < 4; ++i) histogram.record(1, Ticks{});
  EXPECT_EQ(drain_.drainer().fullest_ring(), 0.5);
}

TEST_F(Drainer, NeitherLosesNorDoublesWhenTheSidecarStartsAgain) {
  Histogram histogram = writer_.histogram("h", "", bytes);
  writer_.counter("c_total", "").add(9);
  drain_.bind();
  for (int i = 0; i < 5; ++i) histogram.record(1, Ticks{});
  EXPECT_EQ(drain_.take_all().size(), 5U);
  for (int i = 0; i < 5; ++i) histogram.record(1, Ticks{});

  drain_.start();
  drain_.attach(1);

  EXPECT_EQ(drain_.take_all().size(), 5U);
  EXPECT_EQ(drain_.kept("h"), 10U);
  EXPECT_EQ(drain_.counter("c_total"), 9U);
  expect_the_law(totals());
}

TEST_F(Drainer, DeclaresLostWhatADamagedCheckpointHeld) {
  Histogram histogram = writer_.histogram("h", "", bytes);
  drain_.bind();
  for (int i = 0; i < 5; ++i) histogram.record(1, Ticks{});
  EXPECT_EQ(drain_.take_all().size(), 5U);
  histogram.record(1, Ticks{});
  std::ofstream{directory_.path() + "/c/oms.checkpoint", std::ios::binary | std::ios::in}
      << "garbage!";

  drain_.start();
  ASSERT_TRUE(drain_.damaged());
  drain_.attach(1);

  EXPECT_EQ(drain_.take_all().size(), 1U);
  EXPECT_EQ(lost(totals(), LossCause::damaged_checkpoint), 5U);
  expect_the_law(totals());
}

TEST_F(Drainer, CarriesCountersAndHistogramsIntoTheNextGeneration) {
  Histogram histogram = writer_.histogram("h", "", bytes);
  writer_.counter("c_total", "").add(3);
  writer_.up_down_counter("open", "").add(5);
  for (int i = 0; i < 20; ++i) histogram.record(1'001, Ticks{});
  drain_.bind();

  end_trader();

  EXPECT_FALSE(drain_.drainer().is_live());
  EXPECT_TRUE(drain_.segment()->retired);
  EXPECT_EQ(drain_.segment()->control.state().retired, 1U);
  EXPECT_EQ(drain_.counter("c_total"), 3U);
  std::int64_t open = 0;
  EXPECT_FALSE(drain_.drainer().up_down(drain_.series("open"), open));
  EXPECT_EQ(drain_.kept("h"), 20U);
  EXPECT_EQ(totals().recorded, 20U);
  expect_the_law(totals());

  start_trader(2);
  histogram = writer_.histogram("h", "", bytes);
  writer_.counter("c_total", "").add(4);
  histogram.record(1, Ticks{});
  drain_.bind();
  EXPECT_EQ(drain_.take_all().size(), 1U);
  EXPECT_EQ(drain_.counter("c_total"), 7U);
  EXPECT_EQ(drain_.kept("h"), 21U);
  EXPECT_EQ(totals().recorded, 21U);
  expect_the_law(totals());
}

TEST_F(Drainer, KeepsRetiredTotalsWhenTheSidecarStartsAgain) {
  Histogram histogram = writer_.histogram("h", "", bytes);
  for (int i = 0; i < 20; ++i) histogram.record(1'001, Ticks{});
  drain_.bind();
  end_trader();
  const Totals before = totals();
  drain_.start();
  EXPECT_EQ(totals().recorded, before.recorded);
  EXPECT_EQ(totals().spilled, 12U);
  EXPECT_EQ(drain_.kept("h"), 20U);
  expect_the_law(totals());
}

TEST_F(Drainer, DoublesNothingWhenItIsKilledBetweenCarryingOverAndSayingSo) {
  Histogram histogram = writer_.histogram("h", "", bytes);
  Counter counter = writer_.counter("c", "");
  for (std::uint64_t i = 0; i < 300; ++i) {
    histogram.record(i, ticks());
    counter.inc();
  }
  drain_.bind();
  end_trader();
  const Totals before = totals();
  drain_.segment()->control.state().retired = 0;

  drain_.start();
  drain_.attach(1);

  EXPECT_FALSE(drain_.drainer().is_live());
  EXPECT_EQ(drain_.take_all().size(), 0U);
  EXPECT_EQ(totals().recorded, before.recorded);
  EXPECT_EQ(totals().drained, before.drained);
  EXPECT_EQ(lost(totals()), 0U);
  EXPECT_EQ(drain_.drainer().counter(drain_.series("c")), 300U);
  EXPECT_EQ(drain_.segment()->control.state().retired, 1U);
}

TEST_F(Drainer, CountsAsLostWhatASeriesOfAnotherShapeRecords) {
  writer_.histogram("h", "", bytes);
  drain_.bind();
  end_trader();
  start_trader(2);
  Histogram other = writer_.histogram("h", "", {.unit = Unit::count(), .bounds = {7}});
  drain_.bind();
  ASSERT_EQ(drain_.refusals().size(), 1U);
  EXPECT_NE(drain_.refusals()[0].find("an earlier start"), std::string::npos);
  for (int i = 0; i < 20; ++i) other.record(1, Ticks{});
  EXPECT_TRUE(drain_.take_all().empty());
  expect_the_law(totals());
  end_trader();
  EXPECT_EQ(totals().recorded, 20U);
  EXPECT_EQ(lost(totals(), LossCause::bad_id), 20U);
  expect_the_law(totals());
}

TEST_F(Drainer, CarriesClippedValuesAndAnomalies) {
  Histogram histogram = writer_.histogram("h_seconds", "");
  drain_.bind();
  histogram.record(~std::uint64_t{0} / 4, Ticks{});
  histogram.record(Ticks::from_raw(9), Ticks::from_raw(3));
  EXPECT_EQ(totals().clipped, 1U);
  EXPECT_EQ(totals().anomalies, 1U);
  end_trader();
  EXPECT_EQ(totals().clipped, 1U);
  EXPECT_EQ(totals().anomalies, 1U);
  EXPECT_EQ(totals().recorded, 1U);
  expect_the_law(totals());
}

}  // namespace
