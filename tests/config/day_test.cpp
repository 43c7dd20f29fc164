// SPDX-License-Identifier: Apache-2.0
// When a day begins, wherever it is.
#include <gtest/gtest.h>

#include "config/day.hpp"

namespace outrider::config {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

/// Unix time of a time in UTC.
std::chrono::nanoseconds utc(std::chrono::year_month_day date, std::chrono::nanoseconds time) {
  return sys_days{date}.time_since_epoch() + time;
}

using namespace std::chrono;

TEST(Day, BeginsAtMidnightUtcUnlessItIsSaid) {
  const DayConfig day;
  EXPECT_EQ(day_began(day, utc(2026y / 11 / 21, 0h)), utc(2026y / 11 / 21, 0h));
  EXPECT_EQ(day_began(day, utc(2026y / 11 / 21, 24h - 1ns)), utc(2026y / 11 / 21, 0h));
}

TEST(Day, OfAVenueBeginsAtItsOwnHourTheEveningBefore) {
  const DayConfig day{17h, "America/New_York"};
  // Standard time there: five hours behind.
  EXPECT_EQ(day_began(day, utc(2026y / 11 / 21, 21h + 59min)), utc(2026y / 11 / 20, 22h));
  EXPECT_EQ(day_began(day, utc(2026y / 11 / 21, 22h)), utc(2026y / 11 / 21, 22h));
}

TEST(Day, KeepsItsHourWhenTheClocksChange) {
  const DayConfig day{17h, "America/New_York"};
  EXPECT_EQ(day_began(day, utc(2026y / 3 / 8, 12h)), utc(2026y / 3 / 7, 22h)) << "23 hours long";
  EXPECT_EQ(day_began(day, utc(2026y / 3 / 8, 21h)), utc(2026y / 3 / 8, 21h));
  EXPECT_EQ(day_began(day, utc(2026y / 11 / 1, 21h)), utc(2026y / 10 / 31, 21h)) << "25 of them";
  EXPECT_EQ(day_began(day, utc(2026y / 11 / 1, 22h)), utc(2026y / 11 / 1, 22h));
}

TEST(Day, ThatBeginsInASkippedHourBeginsRightBehindIt) {
  const DayConfig day{2h + 30min, "America/New_York"};
  EXPECT_EQ(day_began(day, utc(2026y / 3 / 8, 7h)), utc(2026y / 3 / 8, 7h));
  EXPECT_EQ(day_began(day, utc(2026y / 3 / 8, 7h - 1ns)), utc(2026y / 3 / 7, 7h + 30min));
}

TEST(Day, IsUnknownInAnUnknownZone) {
  EXPECT_EQ(day_began({0min, "Mars/Olympus"}, 0ns), std::nullopt);
}

TEST(TimeOfDay, IsFourDigitsWithinADay) {
  EXPECT_EQ(parse_time_of_day("17:30"), 17h + 30min);
  EXPECT_EQ(parse_time_of_day("00:00"), 0min);
  for (const char* wrong : {"", "24:00", "12:60", "7:30", "07:3", "07-30", "-1:00", "07:30 "})
    EXPECT_EQ(parse_time_of_day(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace outrider::config
