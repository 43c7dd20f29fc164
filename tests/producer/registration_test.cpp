// SPDX-License-Identifier: Apache-2.0
// Series and how they are refused: a trader never stops over a label, and is
// told what was found and what was there before.
#include <gtest/gtest.h>

#include "producer/segment_view.hpp"

namespace {

using namespace outrider;
using test::SegmentView;

class Registration : public testing::Test {
 protected:
  [[nodiscard]] SegmentView view() const { return SegmentView{directory_.path()}; }
  [[nodiscard]] bool refused_with(const std::string& words) const {
    return producer_.last_refusal().find(words) != std::string::npos;
  }

  test::SegmentDirectory directory_;
  Producer producer_{test::small_options(directory_.path())};
  Writer writer_ = producer_.writer("gateway");
};

TEST_F(Registration, GivesTheSameCounterForTheSameNameAndLabelsInAnyOrder) {
  Counter first = writer_.counter("orders_total", "Orders", {{"a", "1"}, {"b", "2"}});
  Counter second = writer_.counter("orders_total", "Orders", {{"b", "2"}, {"a", "1"}});
  first.inc();
  second.add(2);
  EXPECT_EQ(view().series_count(), 1U);
  EXPECT_EQ(view().counter("orders_total{a=\"1\",b=\"2\"}"), 3U);
}

TEST_F(Registration, TakesLabelsOnEveryKind) {
  const Labels labels{{"venue", "binance"}};
  writer_.counter("a_total", "", labels).inc();
  writer_.up_down_counter("b", "", labels).sub(2);
  writer_.gauge("c", "", labels).set(-1.5);
  writer_.int_gauge("d", "", labels).set(-7);
  FailureStreak streak = writer_.failure_streak("e", "", labels);
  streak.failure();
  streak.failure();
  writer_.histogram("f_seconds", "", {}, labels).record(Ticks::from_raw(5), Ticks::from_raw(9));
  producer_.gate("g", labels);

  const SegmentView seen = view();
  EXPECT_EQ(seen.series_count(), 7U);
  EXPECT_EQ(seen.counter("a_total{venue=\"binance\"}"), 1U);
  EXPECT_EQ(static_cast<std::int64_t>(seen.counter("b{venue=\"binance\"}")), -2);
  EXPECT_EQ(seen.gauge<double>("c{venue=\"binance\"}"), -1.5);
  EXPECT_EQ(seen.gauge<std::int64_t>("d{venue=\"binance\"}"), -7);
  EXPECT_EQ(seen.gauge<std::int64_t>("e{venue=\"binance\"}"), 2);
  EXPECT_TRUE(seen.find("f_seconds{venue=\"binance\"}"));
  EXPECT_TRUE(seen.find("g{venue=\"binance\"}"));
  EXPECT_EQ(seen.pushed(), 1U);
  EXPECT_EQ(producer_.last_refusal(), "");
}

TEST_F(Registration, EndsAFailureStreakWithASuccess) {
  FailureStreak streak = writer_.failure_streak("failures", "");
  streak.failure();
  streak.success();
  EXPECT_EQ(view().gauge<std::int64_t>("failures"), 0);
}

TEST_F(Registration, CountsOnlyFailuresOfTheVenueInAStreak) {
  FailureStreak streak = writer_.failure_streak("failures", "");
  for (const int status : {500, 503, 599, 429, 418}) streak.failure(failure_of_http(status));
  streak.failure(FailureKind::timeout);
  streak.failure(FailureKind::connection);
  EXPECT_EQ(view().gauge<std::int64_t>("failures"), 7);

  for (const int status : {400, 404, 600}) streak.failure(failure_of_http(status));
  EXPECT_EQ(view().gauge<std::int64_t>("failures"), 7);
}

TEST_F(Registration, RefusesAnotherKindAndNamesBoth) {
  writer_.counter("orders", "");
  Gauge gauge = writer_.gauge("orders", "");
  gauge.set(5);
  EXPECT_TRUE(refused_with("orders: found it registered as counter, now asked for as gauge"))
      << producer_.last_refusal();
  EXPECT_EQ(view().series_count(), 1U);
  EXPECT_EQ(view().refused(), 1U);
}

TEST_F(Registration, RefusesOtherBoundsOrPrecisionAndNamesBoth) {
  writer_.histogram("order_bytes", "", {.unit = Unit::count(), .bounds = {1, 2}});
  writer_.histogram("order_bytes", "", {.unit = Unit::count(), .bounds = {1, 3}});
  EXPECT_TRUE(refused_with("bounds 1 2, now asked for as")) << producer_.last_refusal();
  EXPECT_TRUE(refused_with("bounds 1 3")) << producer_.last_refusal();
  writer_.histogram("order_bytes", "",
                    {.unit = Unit::count(), .bounds = {1, 2}, .significant_figures = 3});
  EXPECT_TRUE(refused_with("with 3 figures")) << producer_.last_refusal();
  writer_.histogram("order_bytes", "", {.unit = Unit::count(8), .bounds = {1, 2}});
  EXPECT_TRUE(refused_with("histogram of 8 ")) << producer_.last_refusal();
  EXPECT_EQ(view().series_count(), 1U);
}

TEST_F(Registration, KeepsRecordingIntoTheFirstWhenAnotherKindIsRefused) {
  Counter counter = writer_.counter("orders", "");
  writer_.gauge("orders", "").set(99);
  counter.inc();
  EXPECT_EQ(view().counter("orders"), 1U);
}

TEST_F(Registration, RefusesWhatPrometheusWouldNotTake) {
  writer_.counter("bad-name", "").inc();
  EXPECT_TRUE(refused_with("needed [a-zA-Z_:]"));
  writer_.counter("good", "", {{"le", "1"}}).inc();
  EXPECT_TRUE(refused_with("exposition's own"));
  writer_.counter("good", "", {{"a", "1"}, {"a", "2"}}).inc();
  EXPECT_TRUE(refused_with("twice; needed once"));
  producer_.gate("bad name");
  EXPECT_TRUE(refused_with("needed [a-zA-Z_:]"));
  EXPECT_EQ(view().series_count(), 0U);
  EXPECT_EQ(view().refused(), 4U);
}

TEST_F(Registration, RefusesWhatTheSegmentHasNoRoomFor) {
  for (int i = 0; i < 4; ++i) writer_.counter("c" + std::to_string(i), "").inc();
  EXPECT_EQ(producer_.last_refusal(), "");
  writer_.up_down_counter("one_more", "").add(1);
  EXPECT_TRUE(refused_with(
      "room for more than 4 series of its kind; raise ProducerOptions::geometry.cells"))
      << producer_.last_refusal();
  for (int i = 0; i < 3; ++i) producer_.gate("g" + std::to_string(i));
  EXPECT_TRUE(refused_with(
      "room for more than 2 series of its kind; raise ProducerOptions::geometry.gates"))
      << producer_.last_refusal();
  EXPECT_EQ(view().series_count(), 6U);
}

TEST_F(Registration, RefusesTextThatNoLongerFits) {
  for (int i = 0; i < 4; ++i) {
    writer_.gauge("g" + std::to_string(i), std::string(1024, 'x'));
  }
  EXPECT_TRUE(refused_with("more than 4096 bytes of text")) << producer_.last_refusal();
  EXPECT_EQ(view().series_count(), 3U);
}

TEST_F(Registration, RefusesASpillHistogramThatNoLongerFits) {
  // Three figures take 300 KiB of spill, and there are 256.
  Histogram histogram = writer_.histogram("h_seconds", "", {.significant_figures = 3});
  EXPECT_TRUE(refused_with("for its spill histogram in this")) << producer_.last_refusal();
  histogram.record(1, Ticks{});
  EXPECT_EQ(view().pushed() + view().spilled(), 0U);
}

TEST_F(Registration, RefusesMoreSeriesThanTheTableHas) {
  test::SegmentDirectory directory;
  ProducerOptions options = test::small_options(directory.path());
  options.geometry.series = 1;
  Producer producer{options};
  Writer writer = producer.writer("gateway");
  writer.counter("a", "");
  writer.counter("b", "");
  EXPECT_NE(producer.last_refusal().find("room for more than 1 series"), std::string::npos);
}

TEST_F(Registration, GivesDefaultBoundsThatFitTheUnit) {
  writer_.histogram("h_seconds", "");
  writer_.histogram("h_bytes", "", {.unit = Unit::count()});
  EXPECT_EQ(view().find("h_seconds")->bounds.front(), 1e-6);
  EXPECT_EQ(view().find("h_seconds")->bounds.back(), 10);
  EXPECT_EQ(view().find("h_bytes")->bounds.front(), 1);
  EXPECT_EQ(view().find("h_bytes")->bounds.back(), 1e6);
}

TEST_F(Registration, RecordsTheTimeThatAScopeTook) {
  Histogram histogram = writer_.histogram("scope_seconds", "");
  const Ticks before = ticks();
  { const ScopedTimer timer{histogram}; }
  { const ScopedTimer timer{histogram, before}; }
  const SegmentView seen = view();
  ASSERT_EQ(seen.pushed(), 2U);
  const shm::Sample first = seen.view().lane(0).ring[0];
  const shm::Sample second = seen.view().lane(0).ring[1];
  EXPECT_LE(first.packed, first.stamp - before.raw());
  EXPECT_EQ(second.packed, second.stamp - before.raw());
}

TEST_F(Registration, CarriesTheSeriesNumberInEachSample) {
  writer_.counter("c_total", "");
  writer_.histogram("h_bytes", "", {.unit = Unit::count()}).record(42, Ticks::from_raw(7));
  const shm::Sample sample = view().view().lane(0).ring[0];
  EXPECT_EQ(sample.packed, (std::uint64_t{1} << shm::sample_value_bits) | 42);
  EXPECT_EQ(sample.stamp, 7U);
}

}  // namespace
