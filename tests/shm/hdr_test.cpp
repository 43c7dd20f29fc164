// SPDX-License-Identifier: Apache-2.0
// Bucket arithmetic over every bucket there is, and the rank of a quantile
// against whole-number arithmetic.
#include "outrider/shm/hdr.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

using namespace outrider::shm;

class BucketLayoutOf : public testing::TestWithParam<int> {
 protected:
  const BucketLayout layout{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(SignificantFigures, BucketLayoutOf, testing::Values(2, 3));

TEST_P(BucketLayoutOf, FindsEachBucketAgainFromItsLowestAndItsHighestValue) {
  for (std::uint32_t bucket = 0; bucket < layout.count(); ++bucket) {
    ASSERT_EQ(layout.index(layout.lowest(bucket)), bucket);
    ASSERT_EQ(layout.index(layout.highest(bucket)), bucket);
  }
}

TEST_P(BucketLayoutOf, LeavesNoGapBetweenBuckets) {
  ASSERT_EQ(layout.lowest(0), 0U);
  for (std::uint32_t bucket = 0; bucket + 1 < layout.count(); ++bucket) {
    ASSERT_EQ(layout.highest(bucket) + 1, layout.lowest(bucket + 1)) << bucket;
  }
  EXPECT_EQ(layout.highest(layout.count() - 1), highest_trackable_value);
}

TEST_P(BucketLayoutOf, NamesTheHighestValueBesideAnyValueOfTheBucket) {
  for (std::uint32_t bucket = 0; bucket < layout.count(); ++bucket) {
    const std::uint64_t lowest = layout.lowest(bucket);
    const std::uint64_t highest = layout.highest(bucket);
    ASSERT_EQ(layout.highest_beside(lowest), highest);
    ASSERT_EQ(layout.highest_beside(lowest + (highest - lowest) / 2), highest);
    ASSERT_EQ(layout.highest_beside(highest), highest);
  }
}

TEST_P(BucketLayoutOf, KeepsItsSignificantFigures) {
  EXPECT_EQ(layout.significant_figures(), GetParam());
}

/// The largest relative distance between a value and what its bucket reports.
double worst_error(const BucketLayout& layout) {
  double worst = 0;
  for (std::uint32_t bucket = 1; bucket < layout.count(); ++bucket) {
    const auto lowest = static_cast<double>(layout.lowest(bucket));
    worst = std::max(worst, (static_cast<double>(layout.highest(bucket)) - lowest) / lowest);
  }
  return worst;
}

TEST(BucketLayout, ErrsByAtMost0Point78PercentWithTwoFigures) {
  EXPECT_LE(worst_error(BucketLayout{2}), 1.0 / 128);
}

TEST(BucketLayout, ErrsByLessThanATenthOfAPercentWithThreeFigures) {
  EXPECT_LT(worst_error(BucketLayout{3}), 0.001);
}

TEST(BucketLayout, HasTheBucketsThatASpillHistogramHasRoomFor) {
  EXPECT_EQ(BucketLayout{2}.count(), 5248U);
  EXPECT_EQ(BucketLayout{3}.count(), 38912U);
}

TEST(QuantileRank, IsTheSmallestRankThatReachesTheQuantile) {
  for (const std::uint64_t parts : {5000U, 9000U, 9900U, 9990U, 9999U}) {
    const double quantile = static_cast<double>(parts) / 10'000;
    for (std::uint64_t n = 1; n <= 30'000; ++n) {
      ASSERT_EQ(quantile_rank(quantile, n), (parts * n + 9'999) / 10'000)
          << quantile << " of " << n;
    }
  }
}

TEST(QuantileRank, IsTheFirstForNothingAndTheLastForAll) {
  EXPECT_EQ(quantile_rank(0, 10), 1U);
  EXPECT_EQ(quantile_rank(-1, 10), 1U);
  EXPECT_EQ(quantile_rank(std::nan(""), 10), 1U);
  EXPECT_EQ(quantile_rank(1e-9, 10), 1U);
  EXPECT_EQ(quantile_rank(1, 10), 10U);
  EXPECT_EQ(quantile_rank(2, 10), 10U);
}

}  // namespace
