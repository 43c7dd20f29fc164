// SPDX-License-Identifier: Apache-2.0
#include "cli/rates.hpp"

#include <gtest/gtest.h>

namespace outrider::cli {
namespace {

using namespace std::chrono_literals;

/// A look a second, `per_second` more at each.
void watch(Rate& rate, std::chrono::seconds from, std::chrono::seconds to, double per_second) {
  for (auto at = from; at <= to; at += 1s)
    rate.add(at, per_second * std::chrono::duration<double>(at).count());
}

TEST(Rate, KnowsNothingAfterOneLook) {
  Rate rate;
  rate.add(5s, 1'000'000);

  EXPECT_FALSE(rate.averages().last);
  for (const auto& average : rate.averages().over) EXPECT_FALSE(average);
}

TEST(Rate, IsZeroOnlyOfWhatWasWatchedAndStoodStill) {
  Rate rate;
  rate.add(1s, 7);
  rate.add(2s, 7);

  EXPECT_EQ(rate.averages().last, 0);
  EXPECT_FALSE(rate.averages().over[0]);
}

TEST(Rate, HasAnAverageWhenNineTenthsOfItsWindowWereWatched) {
  Rate rate;
  watch(rate, 0s, 8s, 50);
  EXPECT_FALSE(rate.averages().over[0]);

  watch(rate, 9s, 9s, 50);
  EXPECT_DOUBLE_EQ(rate.averages().over[0].value(), 50);
  EXPECT_FALSE(rate.averages().over[1]);
}

TEST(Rate, ForgetsWhatIsOlderThanItsWindow) {
  Rate rate;
  watch(rate, 0s, 1000s, 10);
  rate.add(1001s, 10'000 + 1000);

  const Averages averages = rate.averages();

  EXPECT_DOUBLE_EQ(averages.last.value(), 1000);
  // 9 to 11 s of it, to 110 s, to 1100 s.
  EXPECT_NEAR(averages.over[0].value(), 10 + 990 / 10., 12);
  EXPECT_NEAR(averages.over[1].value(), 10 + 990 / 100., 1.2);
  EXPECT_NEAR(averages.over[2].value(), 10 + 990 / 1000., 0.2);
  for (int second = 1002; second < 1014; ++second) rate.add(std::chrono::seconds{second}, 11'000);
  EXPECT_EQ(rate.averages().over[0], 0);
}

TEST(Rate, HasItsAveragesForLooksThatAreFarApart) {
  Rate rate;
  for (int look = 0; look < 400; ++look) {
    rate.add(look * 4s, look * 4. * 25);
    // 12 s of it or 16: the window is known from the third look after the first on.
    EXPECT_EQ(rate.averages().over[0].has_value(), look >= 3) << look;
    if (look >= 3) {
      EXPECT_DOUBLE_EQ(rate.averages().over[0].value(), 25);
    }
  }
  EXPECT_DOUBLE_EQ(rate.averages().over[2].value(), 25);
}

TEST(Rate, BeginsAnewWithACountThatWentBack) {
  Rate rate;
  watch(rate, 0s, 20s, 100);
  rate.add(21s, 3);

  EXPECT_FALSE(rate.averages().last);
  EXPECT_FALSE(rate.averages().over[0]);
  rate.add(22s, 5);
  EXPECT_DOUBLE_EQ(rate.averages().last.value(), 2);
}

}  // namespace
}  // namespace outrider::cli
