// SPDX-License-Identifier: Apache-2.0
// A tick clock that jumps by an hour, runs at twice or half its rate, or goes
// back: what is noticed, and what becomes of an interval across it.
#include "drain/clock_watch.hpp"

#include <gtest/gtest.h>

namespace outrider::drain {
namespace {

constexpr std::uint64_t ms = 1'000'000;
constexpr std::uint64_t hour = 3'600'000 * ms;
/// Three ticks a nanosecond, with a start of its own.
constexpr shm::TickClock clock{shm::ClockKind::tsc, 32, (std::uint64_t{1} << 32) / 3, 1'000'000'000,
                               500};

shm::ClockPair at(std::uint64_t ns) {
  return {clock.ticks0 + clock.interval_ticks(ns), clock.ns0 + ns};
}
shm::ClockPair shifted(std::uint64_t ns, std::uint64_t by_ticks) {
  return {at(ns).ticks + by_ticks, at(ns).ns};
}

TEST(ClockWatch, FindsNothingInAClockThatGoesAsItShould) {
  ClockWatch watch{clock};
  for (std::uint64_t ns = 0; ns < 10 * hour; ns += 7 * 60'000 * ms)
    EXPECT_FALSE(watch.look(at(ns)));
}

TEST(ClockWatch, ToleratesTheSlewingOfTheOtherClock) {
  ClockWatch watch{clock};
  for (std::uint64_t ns = 0; ns < hour; ns += 100 * ms) {
    EXPECT_FALSE(watch.look({at(ns).ticks, at(ns + ns / 2000).ns})) << ns;
  }
}

TEST(ClockWatch, FindsAJumpOfAnHourEitherWayOnce) {
  for (const std::uint64_t jump : {clock.interval_ticks(hour), -clock.interval_ticks(hour)}) {
    ClockWatch watch{clock};
    EXPECT_FALSE(watch.look(at(2 * hour)));
    EXPECT_TRUE(watch.look(shifted(2 * hour + 10 * ms, jump)));
    EXPECT_FALSE(watch.look(shifted(2 * hour + 20 * ms, jump)));
  }
}

TEST(ClockWatch, FindsARateTwiceOrHalfOfWhatItShouldBe) {
  for (const double rate : {2.0, 0.5}) {
    ClockWatch watch{clock};
    watch.look(at(0));
    for (std::uint64_t ns = 100 * ms; ns < 2'000 * ms; ns += 100 * ms) {
      const auto wrong = static_cast<std::uint64_t>(static_cast<double>(ns) * rate);
      EXPECT_TRUE(watch.look({at(wrong).ticks, at(ns).ns})) << rate;
    }
  }
}

TEST(ClockWatch, SeesAJumpFromBeforeItsFirstLook) {
  ClockWatch watch{clock};

  EXPECT_TRUE(watch.look(shifted(5 * ms, clock.interval_ticks(hour))));
}

TEST(ClockWatch, MendsAnIntervalAcrossAJumpForwardAndNoOther) {
  ClockWatch watch{clock};
  const std::uint64_t jump = clock.interval_ticks(hour);
  watch.look(at(1'000 * ms));
  ASSERT_TRUE(watch.look(shifted(1'010 * ms, jump)));
  const std::uint64_t real = clock.interval_ticks(3 * ms);

  const auto mended = [&](std::uint64_t interval, const shm::ClockPair& stop) {
    return watch.mended(interval, stop.ticks);
  };
  EXPECT_EQ(mended(real + jump, shifted(1'006 * ms, jump)), real);
  EXPECT_EQ(mended(real, shifted(1'012 * ms, jump)), real) << "all of it after the jump";
  EXPECT_EQ(mended(real, at(900 * ms)), real) << "all of it before";
  const std::uint64_t long_one = clock.interval_ticks(800 * ms);
  EXPECT_EQ(mended(long_one, at(1'001 * ms)), long_one) << "long, but before";
}

TEST(ClockWatch, NeverGrowsAnInterval) {
  ClockWatch watch{clock};
  watch.look(at(0));
  watch.look(shifted(ms, clock.interval_ticks(hour)));
  std::uint64_t state = 42;
  for (int i = 0; i < 100'000; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const std::uint64_t interval = state >> (state % 48 + 16);
    EXPECT_LE(watch.mended(interval, state ^ (state << 7)), interval);
  }
}

}  // namespace
}  // namespace outrider::drain
