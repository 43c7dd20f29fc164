// SPDX-License-Identifier: Apache-2.0
// Trips of a day: what the journal knows of it, and what breakers make of that.
#include <gtest/gtest.h>

#include "protection/at.hpp"
#include "protection/files.hpp"

namespace outrider::protection {
namespace {

struct TripsOfADay : testing::Test {
  OwnDirectory own;
  JournalImage found;
  Journal journal = Journal::open(own.paths().journal, {}, found);

  void add(Action action, const char* rule, std::chrono::nanoseconds when, const char* why = "") {
    ASSERT_FALSE(journal.append({action, "venue=x", {rule, {}, why, 1}, at(when).wall}));
  }
  TripCounts count(std::chrono::nanoseconds from, std::chrono::nanoseconds until) {
    shm::FileError error;
    TripCounts counts = count_trips(own.paths().journal.path, at(from).wall, at(until).wall, error);
    EXPECT_FALSE(error) << error.message;
    return counts;
  }
};

TEST_F(TripsOfADay, AreThoseOfRulesWithinIt) {
  add(Action::trip, "Storm", 1h);
  add(Action::trip, "Storm", 2h);
  add(Action::clear, "Storm", 2h);
  add(Action::reduce, "Storm", 3h - 1ns);
  add(Action::trip, "Storm", 3h);
  add(Action::block_entries, "Loss", 2h);
  add(Action::kill, "", 2h, "a person's");

  EXPECT_EQ(count(2h, 3h), (TripCounts{{{"venue=x", "Loss"}, 1}, {{"venue=x", "Storm"}, 2}}));
}

TEST_F(TripsOfADay, CountTheThirdOnceThoughItAlsoKills) {
  add(Action::trip, "Storm", 1h);
  add(Action::kill, "Storm", 1h, "tripped too often within ten minutes");
  add(Action::kill, "MaxLoss", 1h);

  EXPECT_EQ(count(0h, 2h), (TripCounts{{{"venue=x", "MaxLoss"}, 1}, {{"venue=x", "Storm"}, 1}}));
}

TEST_F(TripsOfADay, AreNoneWithoutAJournal) {
  shm::FileError error;
  EXPECT_TRUE(count_trips(own.file("nothing"), 0ns, 1h, error).empty());
  EXPECT_TRUE(error);
}

struct TripsToday : testing::Test {
  Armed armed;
  const ScopeId venue = armed.scope("venue=x");
  BreakerId breaker(const char* rule) {
    return *armed.breaker({rule, venue, BreakerAction::halt, 60s, {}});
  }
  std::uint64_t today(BreakerId id) const { return armed.breaker_at(id).trips_today(); }
  void trip(BreakerId id, std::chrono::nanoseconds when) {
    armed.pass(id, AlertSignal::firing, when);
    armed.pass(id, AlertSignal::clear, when + 20min);
    armed.pass(id, AlertSignal::clear, when + 40min);
  }
};

TEST_F(TripsToday, BeginAnewWithTheDayAndTheTotalDoesNot) {
  const BreakerId storm = breaker("Storm");
  armed.begin_day(1h, false);
  trip(storm, 2h);
  trip(storm, 4h);
  EXPECT_EQ(today(storm), 2U);

  armed.begin_day(25h, false);
  EXPECT_EQ(today(storm), 0U);
  trip(storm, 26h);
  EXPECT_EQ(today(storm), 1U);
  EXPECT_EQ(armed.breaker_at(storm).trips(), 3U);
}

TEST_F(TripsToday, GoOnFromWhatTheRecordSaysAlsoForBreakersToCome) {
  const BreakerId known = breaker("Storm");
  armed.begin_day(1h, false);
  trip(known, 2h);
  armed.restore_trips(1h, {{{"venue=x", "Storm"}, 2}, {{"venue=x", "Late"}, 4}});

  EXPECT_EQ(today(known), 3U);
  const BreakerId late = breaker("Late");
  EXPECT_EQ(today(late), 4U);
  EXPECT_EQ(armed.breaker_at(late).trips(), 0U);
}

TEST_F(TripsToday, AreOursTooWhereTheDayIsOlderThanWe) {
  const BreakerId storm = breaker("Storm");
  armed.begin_day(1h, true);
  trip(storm, 2h);
  armed.begin_day(0h, true);  // an operator has moved its begin
  armed.restore_trips(0h, {{{"venue=x", "Storm"}, 2}});
  EXPECT_EQ(today(storm), 3U);
}

TEST_F(TripsToday, AreNotThoseOfAnotherDay) {
  const BreakerId storm = breaker("Storm");
  armed.begin_day(25h, false);
  armed.restore_trips(1h, {{{"venue=x", "Storm"}, 2}});
  EXPECT_EQ(today(storm), 0U);

  armed.restore_trips(25h, {{{"venue=x", "Late"}, 2}});
  armed.begin_day(49h, false);
  EXPECT_EQ(today(breaker("Late")), 0U);
}

}  // namespace
}  // namespace outrider::protection
