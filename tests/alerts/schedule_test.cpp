// SPDX-License-Identifier: Apache-2.0
// Each summary once for each time that it is due, whatever the clock does.
#include "outputs/alerts/schedule.hpp"

#include <gtest/gtest.h>

#include "config/day.hpp"

namespace outrider::alerts {
namespace {

using namespace std::chrono_literals;
using namespace std::chrono;

/// Unix time of a time in UTC.
nanoseconds utc(year_month_day date, nanoseconds time) {
  return sys_days{date}.time_since_epoch() + time;
}

constexpr year_month_day friday = 2026y / 11 / 20;

config::Config with(const std::string& name, minutes at,
                    config::Weekdays days = config::every_day) {
  config::Config config;
  config.alerting.summaries.push_back({name, {at, days}, {}});
  return config;
}
constexpr config::Weekdays fridays{false, false, false, false, false, true, false};

struct SummarySchedule : ::testing::Test {
  Schedule schedule;
  config::Config daily = with("daily", 23h);

  /// What is told at that moment: "daily", or "-daily" for one that is left out.
  std::string tell(nanoseconds wall) {
    std::string said;
    for (const Schedule::Due& due : schedule.due(wall)) {
      said += (due.is_too_late ? "-" : "") + due.summary.name + ' ';
      schedule.done(due);
    }
    return said;
  }
};

TEST_F(SummarySchedule, TellsOnceADayAtItsTime) {
  schedule.configure(daily, utc(friday, 22h));
  EXPECT_EQ(tell(utc(friday, 23h - 1ns)), "");
  EXPECT_EQ(tell(utc(friday, 23h)), "daily ");
  EXPECT_EQ(tell(utc(friday, 23h + 1s)), "");
  EXPECT_EQ(tell(utc(2026y / 11 / 21, 22h)), "");
  EXPECT_EQ(tell(utc(2026y / 11 / 21, 23h)), "daily ");
}

TEST_F(SummarySchedule, TellsOnItsDaysOnly) {
  schedule.configure(with("weekly", 23h + 59min, fridays), utc(2026y / 11 / 17, 0h));
  EXPECT_EQ(tell(utc(2026y / 11 / 19, 23h + 59min)), "");
  EXPECT_EQ(tell(utc(friday, 23h + 59min)), "weekly ");
  for (int day = 21; day <= 26; ++day)
    EXPECT_EQ(tell(utc(2026y / 11 / std::chrono::day{static_cast<unsigned>(day)}, 23h + 59min)),
              "");
  EXPECT_EQ(tell(utc(2026y / 11 / 27, 23h + 59min)), "weekly ");
}

TEST_F(SummarySchedule, WhatIsNewIsDueFromItsNextTimeOn) {
  schedule.configure(daily, utc(friday, 23h + 10min));
  EXPECT_EQ(tell(utc(friday, 23h + 11min)), "");
  EXPECT_EQ(tell(utc(2026y / 11 / 21, 23h)), "daily ");
}

TEST_F(SummarySchedule, IsKnownAfterARestart) {
  schedule.configure(daily, utc(friday, 22h));
  EXPECT_EQ(tell(utc(friday, 23h)), "daily ");
  Schedule next;
  next.restore(schedule.records());
  next.configure(daily, utc(friday, 23h + 1min));
  EXPECT_TRUE(next.due(utc(friday, 23h + 1min)).empty());
  EXPECT_EQ(next.due(utc(2026y / 11 / 21, 23h)).size(), 1U);
}

TEST_F(SummarySchedule, WhatFellDueWhileNobodyRanIsToldWithinAnHourElseLeftOutOnce) {
  schedule.configure(daily, utc(friday, 22h));
  const Schedule::Records before = schedule.records();
  EXPECT_EQ(tell(utc(friday, 24h - 1ns)), "daily ");
  EXPECT_EQ(tell(utc(friday, 24h - 1ns)), "");

  schedule.restore(before);
  schedule.configure(daily, utc(friday, 24h));
  EXPECT_EQ(tell(utc(friday, 24h)), "-daily ");
  EXPECT_EQ(tell(utc(friday, 25h)), "");
  EXPECT_EQ(tell(utc(2026y / 11 / 21, 23h)), "daily ");
}

TEST_F(SummarySchedule, TellsNothingTwiceWhenTheClockIsSetBackAndNothingTooLittle) {
  schedule.configure(daily, utc(friday, 22h));
  EXPECT_EQ(tell(utc(friday, 23h)), "daily ");
  EXPECT_EQ(tell(utc(friday, 21h)), "") << "set back";
  EXPECT_EQ(tell(utc(friday, 23h)), "");

  EXPECT_EQ(tell(utc(2026y / 11 / 23, 12h)), "-daily ") << "forwards by days, by mistake";
  EXPECT_EQ(tell(utc(2026y / 11 / 21, 10h)), "") << "and back";
  EXPECT_EQ(tell(utc(2026y / 11 / 21, 23h)), "daily ");
  EXPECT_EQ(tell(utc(2026y / 11 / 22, 23h)), "daily ") << "it was left out, not told";
}

TEST_F(SummarySchedule, BeginsAnewWithAnotherTimeAndForgetsWhatIsNoMore) {
  schedule.configure(daily, utc(friday, 22h));
  EXPECT_EQ(tell(utc(friday, 23h)), "daily ");
  schedule.configure(with("daily", 22h), utc(friday, 23h + 1min));
  EXPECT_EQ(tell(utc(friday, 23h + 2min)), "") << "22:00 was before it was wanted";
  EXPECT_EQ(schedule.records().size(), 1U);
  schedule.configure(with("daily", 23h + 30min), utc(friday, 23h + 10min));
  EXPECT_EQ(tell(utc(friday, 23h + 30min)), "daily ");
}

TEST_F(SummarySchedule, RemembersABoundedNumber) {
  schedule.configure(daily, utc(friday, 22h));
  for (int day = 0; day < 30; ++day) EXPECT_EQ(tell(utc(friday, day * 24h + 23h)), "daily ");
  EXPECT_EQ(schedule.records().begin()->second.told.size(), Schedule::remembered);
}

TEST(SummaryTime, ComesOnceOnTheDaysWhenTheClocksChange) {
  const config::DueTime due{2h + 30min, config::every_day};
  const auto last = [&](year_month_day date, nanoseconds time) {
    return config::last_due(due, "Europe/Berlin", utc(date, time));
  };
  // 29 March: 02:00 becomes 03:00 at 01:00 UTC, so that 02:30 never is.
  EXPECT_EQ(last(2026y / 3 / 29, 59min), utc(2026y / 3 / 28, 1h + 30min));
  EXPECT_EQ(last(2026y / 3 / 29, 1h), utc(2026y / 3 / 29, 1h));
  EXPECT_EQ(last(2026y / 3 / 30, 30min), utc(2026y / 3 / 30, 30min));
  // 25 October: 03:00 becomes 02:00 at 01:00 UTC, so that 02:30 is twice.
  EXPECT_EQ(last(2026y / 10 / 25, 30min), utc(2026y / 10 / 25, 30min));
  EXPECT_EQ(last(2026y / 10 / 25, 1h + 30min), utc(2026y / 10 / 25, 30min)) << "the second";
  EXPECT_EQ(last(2026y / 10 / 26, 1h + 30min), utc(2026y / 10 / 26, 1h + 30min));
}

TEST(SummaryTime, IsByTheWeekdayOfItsZoneAndKnowsLeapDays) {
  const config::DueTime friday_night{23h, fridays};
  // 23:00 on Friday in New York is Saturday in UTC.
  EXPECT_EQ(config::last_due(friday_night, "America/New_York", utc(2026y / 11 / 21, 12h)),
            utc(2026y / 11 / 21, 4h));
  const config::DueTime daily{23h, config::every_day};
  EXPECT_EQ(config::last_due(daily, "UTC", utc(2028y / 3 / 1, 0h)), utc(2028y / 2 / 29, 23h));
  EXPECT_EQ(config::last_due(daily, "UTC", utc(2027y / 3 / 1, 0h)), utc(2027y / 2 / 28, 23h));
  // Samoa had no 30 December 2011, a Friday: the day before is 24 hours nearer.
  EXPECT_EQ(config::last_due(daily, "Pacific/Apia", utc(2011y / 12 / 31, 8h)),
            utc(2011y / 12 / 30, 10h));
  EXPECT_EQ(config::last_due(daily, "No/Where", {}), std::nullopt);
  EXPECT_EQ(config::last_due({23h, {}}, "UTC", utc(friday, 23h)), std::nullopt);
}

}  // namespace
}  // namespace outrider::alerts
