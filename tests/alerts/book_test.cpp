// SPDX-License-Identifier: Apache-2.0
#include "outputs/alerts/book.hpp"

#include <gtest/gtest.h>

#include "alerts/sample.hpp"

namespace outrider::alerts {
namespace {

const Recipient manager{"manager", 30s, false};
const Recipient hook{"hook", 0s, true};

struct AlertBook : testing::Test {
  Book book{4, [](const Alert&) { return nanoseconds{60s}; }};

  /// What `to` is told now, as "+Name" for a beginning and "-Name" for an end.
  std::string tell(const Recipient& to, nanoseconds since) {
    std::string said;
    for (const Message& message : book.due(to, at(since))) {
      said += message.ends ? '-' : '+';
      said += promql::label_value(message.alert.labels, "alertname");
      if (message.is_repeat) said += '!';
      said += ' ';
      book.told(to, message, at(since));
    }
    return said;
  }
  void end(const Alert& alert, nanoseconds since) {
    book.end(identity_of(alert.labels), eight_o_clock + since);
  }
};

TEST_F(AlertBook, TellsOnceThatAnAlertBeginsAndOnceThatItIsOver) {
  const Alert alert = sample("Slow");
  book.fire(alert);
  EXPECT_EQ(tell(hook, 0s), "+Slow ");
  EXPECT_EQ(tell(hook, 1s), "");
  end(alert, 2s);
  EXPECT_EQ(tell(hook, 2s), "-Slow ");
  EXPECT_EQ(tell(hook, 3s), "");
}

TEST_F(AlertBook, RepeatsWhatFiresToWhoeverForgets) {
  book.fire(sample("Slow"));
  EXPECT_EQ(tell(manager, 0s), "+Slow ");
  EXPECT_EQ(tell(manager, 29s), "");
  EXPECT_EQ(tell(manager, 30s), "+Slow! ");
  EXPECT_EQ(tell(manager, 59s), "");
}

TEST_F(AlertBook, TellsBothOfAnAlertThatWasOverBeforeItCouldBeTold) {
  const Alert alert = sample("Blip");
  book.fire(alert);
  end(alert, 1s);
  EXPECT_EQ(tell(hook, 2s), "+Blip ");
  EXPECT_EQ(tell(hook, 2s), "-Blip ");
}

TEST_F(AlertBook, JoinsEpisodesThatPassWhileNobodyListens) {
  const Alert alert = sample("Flap");
  for (int i = 0; i < 3; ++i) {
    book.fire(alert);
    end(alert, 1s);
  }
  EXPECT_EQ(tell(hook, 5s), "+Flap ");
  EXPECT_EQ(tell(hook, 5s), "-Flap ");
  EXPECT_EQ(tell(hook, 5s), "");
}

TEST_F(AlertBook, HoldsBackANewEpisodeUntilItsCooldownIsOver) {
  const Alert alert = sample("Flap");
  book.fire(alert);
  tell(hook, 0s);
  end(alert, 1s);
  tell(hook, 1s);
  book.fire(alert);
  EXPECT_EQ(tell(hook, 59s), "");
  EXPECT_EQ(tell(manager, 59s), "+Flap ") << "Alertmanager does its own grouping";
  EXPECT_EQ(tell(hook, 60s), "+Flap ");
}

TEST_F(AlertBook, NeverMentionsAnEpisodeThatCameAndWentWithinTheCooldown) {
  const Alert alert = sample("Flap");
  book.fire(alert);
  tell(hook, 0s);
  end(alert, 1s);
  tell(hook, 1s);
  book.fire(alert);
  end(alert, 3s);
  EXPECT_EQ(tell(hook, 30s), "");
  EXPECT_EQ(tell(hook, 90s), "");
}

TEST_F(AlertBook, PutsAKillBeforeEverythingElse) {
  book.fire(sample("First"));
  book.fire(sample_kill("global"));
  EXPECT_EQ(tell(hook, 0s), "+OutriderTrip +First ");
}

TEST_F(AlertBook, RefusesANewAlertWhenAsManyFireAsThereIsRoomFor) {
  for (const char* name : {"A", "B", "C", "D"}) EXPECT_TRUE(book.fire(sample(name)));
  EXPECT_FALSE(book.fire(sample("E")));
  end(sample("B"), 1s);
  EXPECT_TRUE(book.fire(sample("E"))) << "what is over makes room";
  EXPECT_EQ(book.known().size(), 4U);
}

TEST_F(AlertBook, HasRoomForAKillWhenEverythingFires) {
  for (const char* name : {"A", "B", "C", "D"}) ASSERT_TRUE(book.fire(sample(name)));
  EXPECT_TRUE(book.fire(sample_kill("venue=binance")));
  EXPECT_TRUE(book.fire(sample_kill("global")));
  EXPECT_FALSE(book.fire(sample("E")));
}

TEST_F(AlertBook, RepeatsACarriedAlertOnlyOnceItIsKnownToHold) {
  Known known;
  known.alert = sample("Carried");
  known.told["manager"] = {1, false, eight_o_clock, {}};
  book.restore(known);
  known.alert = sample("Pending");
  book.restore(known);
  EXPECT_EQ(tell(manager, 1h), "");
  book.confirm(identity_of(sample("Pending").labels));
  EXPECT_EQ(tell(manager, 1h), "+Pending! ");
  book.fire(sample("Carried"));
  EXPECT_EQ(tell(manager, 1h), "+Carried! ");
}

TEST_F(AlertBook, ForgetsWhatIsOverOnceAllHaveBeenToldAndTheCooldownIsPast) {
  const Alert alert = sample("Slow");
  book.fire(alert);
  tell(hook, 0s);
  end(alert, 1s);
  tell(hook, 1s);
  EXPECT_TRUE(book.tidy({hook}, eight_o_clock + 30s).empty());
  EXPECT_EQ(book.known().size(), 1U);
  book.tidy({hook}, eight_o_clock + 61s);
  EXPECT_TRUE(book.known().empty());
}

TEST_F(AlertBook, GivesUpTellingAfterAnHourAndCountsIt) {
  const Alert alert = sample("Slow");
  book.fire(alert);
  end(alert, 1s);
  EXPECT_TRUE(book.tidy({hook}, eight_o_clock + 59min).empty());
  EXPECT_EQ(book.tidy({hook}, eight_o_clock + 61min)["hook"], 1U);
  EXPECT_TRUE(book.known().empty());
}

TEST_F(AlertBook, CountsWhatARecipientDoesNotKnowYet) {
  const Alert alert = sample("Slow");
  book.fire(alert);
  EXPECT_EQ(book.waiting(hook), 1U);
  tell(hook, 0s);
  EXPECT_EQ(book.waiting(hook), 0U);
  end(alert, 1s);
  EXPECT_EQ(book.waiting(hook), 1U);
}

TEST_F(AlertBook, KeepsFromARecipientWhatItsMatchersDoNotMeet) {
  std::string unused;
  Recipient desk{"desk"};
  desk.matchers.push_back(
      *promql::LabelMatcher::create(promql::MatchKind::matches, "alertname", "Slow|Gone", unused));
  book.fire(sample("Slow"));
  book.fire(sample("Other"));

  EXPECT_EQ(book.waiting(desk), 1U);
  EXPECT_EQ(tell(desk, 1s), "+Slow ");

  end(sample("Other"), 2s);
  EXPECT_TRUE(book.tidy({desk}, eight_o_clock + 2s).empty()) << "nothing was kept for it";
  EXPECT_EQ(book.known().size(), 1U);
}

TEST_F(AlertBook, TellsOfWhatHappensOnceAndNothingOfAnEnd) {
  Alert summary = sample("Summary", "info");
  summary.is_event = true;
  summary.ends_at = eight_o_clock;
  ASSERT_TRUE(book.happen(summary));
  EXPECT_EQ(tell(hook, 1s), "+Summary ");
  EXPECT_EQ(tell(hook, 2s), "");
  EXPECT_EQ(tell(manager, 90s), "+Summary ") << "who could not be reached hears of it later";
  EXPECT_EQ(tell(manager, 200s), "") << "and no more of it";

  ASSERT_TRUE(book.happen(summary));
  EXPECT_EQ(tell(hook, 201s), "+Summary ") << "no cooldown keeps the next one back";
  EXPECT_EQ(tell(manager, 201s), "+Summary ");
  EXPECT_TRUE(book.tidy({hook, manager}, eight_o_clock + 202s).empty());
  EXPECT_TRUE(book.known().empty());
}

}  // namespace
}  // namespace outrider::alerts
