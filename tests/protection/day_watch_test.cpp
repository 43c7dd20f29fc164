// SPDX-License-Identifier: Apache-2.0
// Trips of today through a journal on disk: a restart, midnight, and an operator who
// moves the begin of the day.
#include "day_watch.hpp"

#include <gtest/gtest.h>

#include "protection/at.hpp"
#include "protection/files.hpp"
#include "protection/journal.hpp"

namespace outrider {
namespace {

using namespace protection;

constexpr std::chrono::nanoseconds midnight = 20'000 * std::chrono::hours{24};

struct TripsOfToday : testing::Test {
  OwnDirectory own;
  JournalImage found;
  Journal journal = Journal::open(own.paths().journal, {}, found);
  Armed armed;
  BreakerId storm = *armed.breaker({"Storm", armed.scope("venue=x"), BreakerAction::halt, 60s, {}});
  /// A process that started at 10 o'clock.
  DayWatch watch{armed, own.paths().journal.path, midnight + 10h};

  void on_record(std::chrono::nanoseconds of_day) {
    ASSERT_FALSE(
        journal.append({Action::trip, "venue=x", {"Storm", {}, {}, 1}, midnight + of_day}));
  }
  /// Counted by this process, and on record.
  void trip(std::chrono::nanoseconds of_day) {
    armed.pass(storm, AlertSignal::firing, of_day);
    armed.pass(storm, AlertSignal::clear, of_day + 20min);
    armed.pass(storm, AlertSignal::clear, of_day + 40min);
    on_record(of_day);
  }
  std::uint64_t today(std::chrono::minutes begins_at, std::chrono::nanoseconds of_day) {
    watch.look({begins_at, "UTC"}, midnight + of_day);
    return armed.breaker_at(storm).trips_today();
  }
};

TEST_F(TripsOfToday, AreThoseBeforeTheRestartAndThoseSince) {
  on_record(1h);
  trip(11h);
  EXPECT_EQ(today(0min, 12h), 2U);
}

TEST_F(TripsOfToday, BeginAtMidnight) {
  trip(11h);
  EXPECT_EQ(today(0min, 24h - 1s), 1U);
  EXPECT_EQ(today(0min, 24h + 1s), 0U);
}

TEST_F(TripsOfToday, AreCountedAnewWhenTheBeginOfTheDayIsMoved) {
  on_record(1h);
  on_record(8h);
  trip(11h);
  trip(13h);
  EXPECT_EQ(today(0min, 15h), 4U);
  EXPECT_EQ(today(6h, 15h), 3U) << "older than the process";
  EXPECT_EQ(today(12h, 15h), 1U) << "younger than the process";
  EXPECT_EQ(today(0min, 15h), 4U);
}

}  // namespace
}  // namespace outrider
