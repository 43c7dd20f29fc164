// SPDX-License-Identifier: Apache-2.0
// Percentiles against a sorted copy of every value, counts at bounds against a
// count of every value, and windows that forget. Time is an argument.
#include "aggregate/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "shm/segment_directory.hpp"

namespace {

using namespace outrider;
using namespace std::chrono_literals;
using aggregate::Histogram;
using aggregate::quantiles;
using aggregate::WindowSummary;
using Values = std::vector<std::uint64_t>;

/// A histogram over a row of a checkpoint, told values as the drain tells them.
class Subject {
 public:
  explicit Subject(int figures = 2, std::vector<double> bounds = {}) {
    shm::SeriesInfo info;
    info.kind = shm::SeriesKind::histogram;
    info.unit = shm::SeriesUnit::count;
    info.name = "h";
    info.significant_figures = figures;
    info.bounds = std::move(bounds);
    shm::FileError error;
    bool damaged = false;
    checkpoint_ = drain::Checkpoint::open(directory_.path(), "oms", damaged, error);
    row_ = checkpoint_->row_for(info, error);
    histogram_ = std::make_unique<Histogram>(*row_, row_->cells[0], 0ns);
  }

  void add(std::uint64_t value, std::uint64_t stamp = 1, std::uint32_t lane = 0) {
    histogram_->add({row_, value, stamp, row_->layout.index(value), lane});
  }
  void spill(std::uint64_t value, std::uint64_t count = 1) {
    histogram_->add_spilled(row_->layout.index(value), count);
    histogram_->add_spilled_sum((value & 0xffff'ffff) * count, (value >> 32) * count);
  }
  Histogram& operator*() { return *histogram_; }
  Histogram* operator->() { return histogram_.get(); }
  drain::Row& row() { return *row_; }
  /// A sidecar's restart: cumulative cells stay, windows begin anew.
  void restart(std::chrono::nanoseconds now) {
    histogram_ = std::make_unique<Histogram>(*row_, row_->cells[0], now);
  }

 private:
  test::SegmentDirectory directory_;
  std::unique_ptr<drain::Checkpoint> checkpoint_;
  drain::Row* row_ = nullptr;
  std::unique_ptr<Histogram> histogram_;
};

void expect_percentiles(int figures, Values values) {
  Subject subject{figures};
  for (const std::uint64_t value : values) subject.add(value);
  std::sort(values.begin(), values.end());
  const double precision = figures == 2 ? 1.0 / 128 : 1.0 / 1024;
  for (std::size_t window = 0; window < aggregate::windows.size(); ++window) {
    const WindowSummary& summary = subject->summary(window);
    ASSERT_EQ(summary.count, values.size());
    for (std::size_t i = 0; i < quantiles.size(); ++i) {
      const std::uint64_t exact = values[shm::quantile_rank(quantiles[i], values.size()) - 1];
      EXPECT_GE(summary.values[i], exact) << quantiles[i];
      EXPECT_LE(static_cast<double>(summary.values[i] - exact),
                precision * static_cast<double>(exact))
          << quantiles[i];
    }
    EXPECT_EQ(summary.maximum.value, values.back());
  }
}

class Percentiles : public testing::TestWithParam<int> {
 protected:
  /// 20 000 values of a distribution.
  template <class Draw>
  void expect_of(Draw draw) {
    std::mt19937_64 random{20261121};
    Values values(20'000);
    for (std::uint64_t& value : values) value = static_cast<std::uint64_t>(draw(random));
    expect_percentiles(GetParam(), values);
  }
};
INSTANTIATE_TEST_SUITE_P(SignificantFigures, Percentiles, testing::Values(2, 3));

TEST_P(Percentiles, AreWithinTheirPrecisionOfUniformValues) {
  expect_of(std::uniform_real_distribution<double>{0, 5e6});
}
TEST_P(Percentiles, AreWithinTheirPrecisionOfLogNormalValues) {
  expect_of(std::lognormal_distribution<double>{10, 1.5});
}
TEST_P(Percentiles, AreWithinTheirPrecisionOfBimodalValues) {
  expect_of([](auto& random) {
    return std::normal_distribution<double>{random() % 100 < 97 ? 2e3 : 9e6, 100}(random);
  });
}
TEST_P(Percentiles, AreWithinTheirPrecisionOfOneValueAgainAndAgain) {
  expect_of([](auto&) { return 123'457; });
}
TEST_P(Percentiles, AreExactBelowTheFirstDoubling) {
  expect_of(std::uniform_int_distribution<std::uint64_t>{0, 255});
}

TEST(RollingWindow, ReportsAConstantExactly) {
  Subject subject;
  for (int i = 0; i < 1'000; ++i) subject.add(123'457);
  for (const std::uint64_t value : subject->summary(0).values) EXPECT_EQ(value, 123'457U);
}

TEST(HistogramBounds, AreCountedExactlyAtTheBoundAndBesideIt) {
  const std::vector<double> bounds{0, 1, 127, 256, 1'000, 1'001, 65'537, 1'000'003};
  Subject subject{2, bounds};
  Values values;
  for (const double bound : bounds) {
    const auto value = static_cast<std::uint64_t>(bound);
    for (const std::uint64_t each : {value == 0 ? 0 : value - 1, value, value + 1}) {
      values.push_back(each);
      subject.add(each);
    }
  }
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const auto expected = std::count_if(values.begin(), values.end(), [&](std::uint64_t value) {
      return static_cast<double>(value) <= bounds[i];
    });
    EXPECT_EQ(subject->count_up_to(i), static_cast<std::uint64_t>(expected)) << bounds[i];
  }
  EXPECT_EQ(subject->count(), values.size());
}

TEST(HistogramBounds, AreCountedExactlyThroughSpillToo) {
  Subject subject{2, {1'001}};
  subject.spill(500, 10);
  subject.spill(1'001, 7);
  subject->add_spilled_cut(0, 4);  // three of the seven were above it
  EXPECT_EQ(subject->count_up_to(0), 14U);
  EXPECT_EQ(subject->count(), 17U);
}

TEST(HistogramBounds, CountNothingBeforeTheFirstValue) {
  Subject subject{2, {10}};
  EXPECT_EQ(subject->count_up_to(0), 0U);
  EXPECT_EQ(subject->summary(0).count, 0U);
}

TEST(HistogramSum, IsExactAboveThirtyTwoBits) {
  Subject subject;
  subject.add((std::uint64_t{1} << 40) + 3);
  subject.spill((std::uint64_t{1} << 41) + 4, 2);
  EXPECT_EQ(subject->sum(), std::pow(2.0, 40) + 3 + 2 * (std::pow(2.0, 41) + 4));
}

class Windows : public testing::TestWithParam<std::size_t> {
 protected:
  const aggregate::WindowSpec& spec = aggregate::windows[GetParam()];
  std::uint64_t count() { return subject->summary(GetParam()).count; }
  Subject subject;
};
INSTANTIATE_TEST_SUITE_P(Lengths, Windows, testing::Values(0U, 1U, 2U));

TEST_P(Windows, ForgetAfterTheirLength) {
  subject.add(5);
  subject->rotate(spec.length - spec.slot);
  EXPECT_EQ(count(), 1U);
  subject->rotate(spec.length - 1ns);
  EXPECT_EQ(count(), 1U);
  subject->rotate(spec.length);
  EXPECT_EQ(count(), 0U);
  EXPECT_EQ(subject->summary(GetParam()).maximum.value, 0U);
  EXPECT_EQ(subject->summary(GetParam()).sum, 0);
  EXPECT_EQ(subject->count(), 1U);
}

TEST_P(Windows, ForgetSlotBySlot) {
  for (std::size_t slot = 0; slot < spec.slots(); ++slot) {
    subject->rotate(spec.slot * slot);
    subject.add(10 + slot);
  }
  EXPECT_EQ(count(), spec.slots());
  for (std::size_t gone = 1; gone <= spec.slots(); ++gone) {
    subject->rotate(spec.slot * (spec.slots() - 1 + gone));
    EXPECT_EQ(count(), spec.slots() - gone);
  }
}

TEST_P(Windows, ForgetEverythingOverALongPause) {
  subject.add(5);
  subject->rotate(std::chrono::hours{100});
  EXPECT_EQ(count(), 0U);
  subject.add(6);
  EXPECT_EQ(count(), 1U);
  subject->rotate(std::chrono::hours{100} + spec.length);
  EXPECT_EQ(count(), 0U);
}

TEST_P(Windows, BeginEmptyOverWhatEarlierSidecarsCounted) {
  drain::Row& row = subject.row();
  for (int i = 0; i < 10; ++i) drain::apply(row, row.cells[0], row.layout.index(99), 99);
  subject.restart(0ns);
  EXPECT_EQ(subject->count(), 10U);
  EXPECT_EQ(subject->sum(), 990);
  EXPECT_EQ(count(), 0U);
  subject.add(7);
  EXPECT_EQ(count(), 1U);
  EXPECT_EQ(subject->summary(GetParam()).values[0], 7U);
}

TEST_P(Windows, AgreeWithAListOfTheLastSecondsOnARandomLife) {
  std::mt19937_64 random{7};
  std::vector<std::pair<std::chrono::nanoseconds, std::uint64_t>> all;
  std::chrono::nanoseconds now{};
  for (int step = 0; step < 400; ++step) {
    now += std::chrono::nanoseconds{static_cast<std::int64_t>(random() % 2'000'000'000)};
    subject->rotate(now);
    for (auto left = random() % 20; left > 0; --left) {
      const std::uint64_t value = random() % 200;
      subject.add(value);
      all.emplace_back(now, value);
    }
    const std::chrono::nanoseconds slot = spec.slot;
    const auto first = now / slot - static_cast<std::int64_t>(spec.slots()) + 1;
    Values held;
    for (const auto& [when, value] : all) {
      if (when / slot >= first) held.push_back(value);
    }
    std::sort(held.begin(), held.end());
    const WindowSummary& summary = subject->summary(GetParam());
    ASSERT_EQ(summary.count, held.size());
    if (held.empty()) continue;
    ASSERT_EQ(summary.maximum.value, held.back());
    ASSERT_EQ(summary.values[0], held[shm::quantile_rank(0.5, held.size()) - 1]);
    ASSERT_EQ(summary.values.back(), held[shm::quantile_rank(0.9999, held.size()) - 1]);
  }
}

TEST(RollingMaximum, CarriesTheStampAndTheLaneOfItsSample) {
  Subject subject;
  subject.add(10, 100, 1);
  subject.add(90, 200, 2);
  subject.add(50, 300, 3);
  EXPECT_EQ(subject->summary(0).maximum.value, 90U);
  EXPECT_EQ(subject->summary(0).maximum.stamp, 200U);
  EXPECT_EQ(subject->summary(0).maximum.lane, 2U);
}

TEST(RollingMaximum, IsTheNewestOfEqualOnesInASlot) {
  Subject subject;
  subject.add(90, 100, 1);
  subject.add(90, 200, 2);
  EXPECT_EQ(subject->summary(0).maximum.stamp, 200U);
}

TEST(RollingMaximum, HasNoStampWhenItWasSpilled) {
  Subject subject;
  subject.add(10, 100, 1);
  subject.spill(5'000);
  EXPECT_GE(subject->summary(0).maximum.value, 5'000U);
  EXPECT_EQ(subject->summary(0).maximum.stamp, 0U);
}

TEST(RollingWindow, IsCensoredWhileItHoldsASpill) {
  Subject subject;
  subject.add(10);
  EXPECT_FALSE(subject->summary(0).censored);
  subject.spill(20, 3);
  EXPECT_TRUE(subject->summary(0).censored);
  EXPECT_EQ(subject->summary(0).count, 4U);
  subject->rotate(9s);
  EXPECT_TRUE(subject->summary(0).censored);
  subject->rotate(10s);
  EXPECT_FALSE(subject->summary(0).censored);
  EXPECT_TRUE(subject->summary(1).censored);
}

TEST(RollingWindow, TakesUpASpilledSumThatComesAfterItsBuckets) {
  Subject subject;
  subject->add_spilled(subject.row().layout.index(20), 1);
  EXPECT_EQ(subject->summary(0).sum, 0);
  subject->add_spilled_sum(20, 0);
  EXPECT_EQ(subject->summary(0).sum, 20);
}

TEST(SamplesNeeded, AreAsManyAsAQuantileTakesToMeanSomething) {
  EXPECT_EQ(aggregate::samples_needed(0.5), 2U);
  EXPECT_EQ(aggregate::samples_needed(0.9), 10U);
  EXPECT_EQ(aggregate::samples_needed(0.99), 100U);
  EXPECT_EQ(aggregate::samples_needed(0.999), 1'000U);
  EXPECT_EQ(aggregate::samples_needed(0.9999), 10'000U);
}

}  // namespace
