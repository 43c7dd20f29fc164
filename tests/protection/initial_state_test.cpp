// SPDX-License-Identifier: Apache-2.0
// What a restart makes of what it finds: survival at the level of records.
#include "protection/initial_state.hpp"

#include <gtest/gtest.h>

#include "protection/at.hpp"

namespace outrider::protection {
namespace {

constexpr BootId this_boot{1};
constexpr BootId other_boot{2};

Entry entry(Action action, const char* scope, const char* rule = "") {
  return {action, scope, {rule, rule[0] == '\0' ? "ann" : "", "written in a test", 0}, at(0s).wall};
}

JournalImage journal(std::vector<JournalEntry> entries) {
  return {Condition::intact, {}, std::move(entries)};
}

const LatchImage no_latches{Condition::intact, {}, {}, true, false, {}};
const JournalEntry armed{entry(Action::arm, "global"), this_boot};

TEST(InitialState, IsUnarmedOnAFirstStart) {
  const InitialState initial = initial_state({}, {}, this_boot);

  EXPECT_FALSE(initial.armed);
  EXPECT_EQ(initial.unarmed_reason, "no arming on record");
  EXPECT_FALSE(initial.needs_a_person);
}

TEST(InitialState, IsArmedWhenArmedInThisBootAndTheLatchFileIsThere) {
  EXPECT_TRUE(initial_state(journal({armed}), no_latches, this_boot).armed);
}

TEST(InitialState, IsUnarmedAfterABootOfTheMachine) {
  const InitialState initial = initial_state(journal({armed}), no_latches, other_boot);

  EXPECT_FALSE(initial.armed);
  EXPECT_NE(initial.unarmed_reason.find("started anew"), std::string::npos);
}

TEST(InitialState, IsUnarmedWhenTheLatchFileIsGone) {
  EXPECT_FALSE(initial_state(journal({armed}), {}, this_boot).armed);
}

TEST(InitialState, IsUnarmedWhenTheLatchFileSaysThatTheArmingDidNotComeIntoForce) {
  const LatchImage unarmed{Condition::intact, {}, {}, false, false, {}};

  EXPECT_FALSE(initial_state(journal({armed}), unarmed, this_boot).armed);
}

TEST(InitialState, IsUnarmedAndNeedsAPersonWhenAFileIsDamaged) {
  JournalImage torn = journal({armed});
  torn.condition = Condition::torn;
  const LatchImage bad{Condition::damaged, "record 3", {}, true, false, {}};

  EXPECT_FALSE(initial_state(torn, no_latches, this_boot).armed);
  EXPECT_TRUE(initial_state(torn, no_latches, this_boot).needs_a_person);
  EXPECT_FALSE(initial_state(journal({armed}), bad, this_boot).armed);
  EXPECT_TRUE(initial_state(journal({armed}), bad, this_boot).needs_a_person);
}

TEST(InitialState, NeedsAPersonUntilOneArmedEverythingAfterTheDoubt) {
  const JournalEntry doubt{entry(Action::doubt, "global"), this_boot};
  const JournalEntry at_start{entry(Action::arm_at_start, "global"), this_boot};
  const JournalEntry narrow{entry(Action::arm, "venue=x"), this_boot};
  const auto of = [](std::vector<JournalEntry> entries) {
    return initial_state(journal(std::move(entries)), no_latches, this_boot);
  };

  EXPECT_TRUE(of({armed, doubt}).needs_a_person);
  EXPECT_TRUE(of({armed, doubt, at_start, narrow}).needs_a_person);
  EXPECT_FALSE(of({armed, doubt, at_start, narrow}).armed);
  EXPECT_EQ(of({armed, doubt}).unarmed_reason, "written in a test");
  EXPECT_FALSE(of({doubt, armed}).needs_a_person);
  EXPECT_TRUE(of({doubt, armed}).armed);
}

TEST(InitialState, NeedsAPersonWhenTheLatchFileSaysSo) {
  const LatchImage doubted{Condition::intact, {}, {}, false, true, {}};

  EXPECT_TRUE(initial_state(journal({armed}), doubted, this_boot).needs_a_person);
  EXPECT_FALSE(initial_state(journal({armed}), doubted, this_boot).armed);
}

TEST(InitialState, NeedsAPersonWhenTheJournalIsGoneThatTheLatchFileKnew) {
  const LatchImage unused{Condition::intact, {}, {}, false, false, {}};

  EXPECT_TRUE(initial_state({}, no_latches, this_boot).needs_a_person);
  EXPECT_FALSE(initial_state({}, unused, this_boot).needs_a_person);
}

TEST(InitialState, IsUnarmedAfterArmingOfANarrowScopeOnly) {
  const JournalEntry narrow{entry(Action::arm, "venue=x"), this_boot};

  EXPECT_FALSE(initial_state(journal({narrow}), no_latches, this_boot).armed);
}

TEST(InitialState, CountsArmingAtStartAsArming) {
  const JournalEntry at_start{entry(Action::arm_at_start, "global"), this_boot};

  EXPECT_TRUE(initial_state(journal({at_start}), no_latches, this_boot).armed);
}

TEST(InitialState, KeepsAKillThatOnlyTheJournalKnowsAlsoAcrossABoot) {
  const JournalEntry kill{entry(Action::kill, "venue=x"), this_boot};

  EXPECT_EQ(initial_state(journal({armed, kill}), no_latches, this_boot).killed.size(), 1U);
  EXPECT_EQ(initial_state(journal({armed, kill}), {}, other_boot).killed.size(), 1U);
}

TEST(InitialState, KeepsAKillThatOnlyTheLatchFileKnows) {
  const LatchImage latch{Condition::intact, {}, {entry(Action::kill, "venue=x")}, true, false, {}};

  EXPECT_EQ(initial_state(journal({armed}), latch, this_boot).killed.size(), 1U);
  EXPECT_EQ(initial_state({}, latch, other_boot).killed.size(), 1U);
}

TEST(InitialState, ForgetsAKillThatWasArmed) {
  const JournalEntry kill{entry(Action::kill, "venue=x"), this_boot};
  const JournalEntry lifted{entry(Action::arm, "venue=x"), this_boot};

  EXPECT_TRUE(initial_state(journal({armed, kill, lifted}), no_latches, this_boot).killed.empty());
}

TEST(InitialState, KeepsAKillThatWasArmedAtStartOnly) {
  const JournalEntry kill{entry(Action::kill, "global"), this_boot};
  const JournalEntry at_start{entry(Action::arm_at_start, "global"), this_boot};

  EXPECT_EQ(initial_state(journal({kill, at_start}), no_latches, this_boot).killed.size(), 1U);
}

TEST(InitialState, KeepsTheFirstCause) {
  const JournalEntry first{entry(Action::kill, "global", "DailyLoss"), this_boot};
  const JournalEntry second{entry(Action::kill, "global"), this_boot};

  const InitialState initial = initial_state(journal({first, second}), no_latches, this_boot);

  ASSERT_EQ(initial.killed.size(), 1U);
  EXPECT_EQ(initial.killed[0].cause.rule.view(), "DailyLoss");
}

TEST(InitialState, KeepsAHaltOfThisBootUntilItCleared) {
  const JournalEntry trip{entry(Action::trip, "venue=x", "Storm"), this_boot};
  const JournalEntry clear{entry(Action::clear, "venue=x", "Storm"), this_boot};

  EXPECT_EQ(initial_state(journal({armed, trip}), no_latches, this_boot).halted.size(), 1U);
  EXPECT_TRUE(initial_state(journal({armed, trip, clear}), no_latches, this_boot).halted.empty());
  EXPECT_TRUE(initial_state(journal({armed, trip}), no_latches, other_boot).halted.empty());
}

/// One entry that a person or a rule made, `seconds` after another.
JournalEntry later(Action action, double value, int seconds, const char* rule = "") {
  Entry made = entry(action, "venue=x", rule);
  made.cause.value = value;
  made.wall += std::chrono::seconds{seconds};
  return {made, this_boot};
}

TEST(InitialState, KeepsTheLongerOfTwoHaltsWhicheverCameFirst) {
  const auto value = [](std::vector<JournalEntry> entries) {
    const InitialState initial = initial_state(journal(std::move(entries)), no_latches, this_boot);
    return initial.halted.size() == 1 ? initial.halted[0].cause.value : -1;
  };
  const JournalEntry ten_minutes = later(Action::halt, 600, 0);
  EXPECT_EQ(value({ten_minutes, later(Action::halt, 0, 1)}), 0) << "until armed";
  EXPECT_EQ(value({later(Action::halt, 0, 0), later(Action::halt, 600, 1)}), 0);
  EXPECT_EQ(value({ten_minutes, later(Action::halt, 3600, 1800)}), 3600);
  EXPECT_EQ(value({ten_minutes, later(Action::halt, 3600, 1800), later(Action::halt, 2400, 2100)}),
            3600)
      << "it ends before the second";
}

TEST(InitialState, KeepsTheStricterOfWhatARuleClosed) {
  const auto action = [](std::vector<JournalEntry> entries) {
    return initial_state(journal(std::move(entries)), no_latches, this_boot).halted.at(0).action;
  };
  const JournalEntry trip = later(Action::trip, 7, 0, "Storm");
  const JournalEntry reduce = later(Action::reduce, 9, 1, "Storm");
  EXPECT_EQ(action({trip, later(Action::hold, 7, 1, "Storm")}), Action::hold);
  EXPECT_EQ(action({reduce, trip}), Action::trip);
  EXPECT_EQ(action({trip, reduce}), Action::trip);
}

TEST(InitialState, LearnsFromTheLatchFileWhatIsStricterThanTheJournal) {
  LatchImage latch = no_latches;
  latch.entries = {later(Action::halt, 0, 1).entry};
  const InitialState initial =
      initial_state(journal({armed, later(Action::halt, 600, 0)}), latch, this_boot);

  ASSERT_EQ(initial.halted.size(), 1U);
  EXPECT_EQ(initial.halted[0].cause.value, 0);
  ASSERT_EQ(initial.unjournalled.size(), 1U);
  EXPECT_EQ(initial.unjournalled[0].cause.value, 0);
}

TEST(InitialState, KeepsAcrossABootWhatOnlyAPersonEnds) {
  const JournalEntry held{entry(Action::hold, "venue=x", "Storm"), this_boot};
  JournalEntry halt{entry(Action::halt, "venue=y"), this_boot};
  EXPECT_EQ(initial_state(journal({armed, held, halt}), no_latches, other_boot).halted.size(), 2U);

  halt.entry.cause.value = 600;  // this one ends by itself
  EXPECT_EQ(initial_state(journal({armed, held, halt}), no_latches, other_boot).halted.size(), 1U);
}

TEST(InitialState, TellsABreakerFromAnEntryBlockOfTheSameAlert) {
  const JournalEntry trip{entry(Action::trip, "venue=x", "Loss"), this_boot};
  const JournalEntry block{entry(Action::block_entries, "venue=x", "Loss"), this_boot};
  const JournalEntry unblock{entry(Action::unblock, "venue=x", "Loss"), this_boot};

  const InitialState initial =
      initial_state(journal({armed, trip, block, unblock}), no_latches, this_boot);

  ASSERT_EQ(initial.halted.size(), 1U);
  EXPECT_EQ(initial.halted[0].action, Action::trip);
}

TEST(InitialState, ForgetsAPersonsHaltThatWasArmedButNoBreakerThatEndsByItself) {
  const JournalEntry halt{entry(Action::halt, "venue=x"), this_boot};
  const JournalEntry trip{entry(Action::trip, "venue=x", "Storm"), this_boot};
  const JournalEntry lifted{entry(Action::arm, "venue=x"), this_boot};

  const InitialState initial =
      initial_state(journal({armed, halt, trip, lifted}), no_latches, this_boot);

  ASSERT_EQ(initial.halted.size(), 1U);
  EXPECT_EQ(initial.halted[0].action, Action::trip);
}

TEST(RestoredProtection, HoldsWhatTheRecordsSay) {
  const JournalEntry kill{entry(Action::kill, "venue=x"), this_boot};
  const JournalEntry trip{entry(Action::trip, "venue=y", "Storm"), this_boot};
  Protection protection;

  protection.restore(initial_state(journal({armed, kill, trip}), no_latches, this_boot), at(1s));

  EXPECT_EQ(protection.verdict(std::vector{protection.scope("venue=x")}).state, GateState::killed);
  const Verdict halted = protection.verdict(std::vector{protection.scope("venue=y")});
  EXPECT_EQ(halted.state, GateState::halted);
  EXPECT_EQ(halted.rule, "Storm");
  EXPECT_EQ(protection.verdict(std::vector<ScopeId>{0}).state, GateState::trading);
  for (const Change& change : protection.changes()) EXPECT_TRUE(change.journalled);
}

TEST(RestoredProtection, EndsARestoredHaltAfterTheCooldownOfThePolicy) {
  const JournalEntry trip{entry(Action::trip, "venue=y", "Storm"), this_boot};
  Protection protection;
  protection.restore(initial_state(journal({armed, trip}), no_latches, this_boot), at(0s));
  const ScopeId venue = protection.scope("venue=y");
  ASSERT_TRUE(protection.breaker({"Storm", venue, BreakerAction::halt, 10s, 0s}));

  protection.tick(at(10s - 1ns));
  EXPECT_EQ(protection.verdict(std::vector{venue}).state, GateState::halted);

  protection.tick(at(10s));
  EXPECT_EQ(protection.verdict(std::vector{venue}).state, GateState::trading);
}

}  // namespace
}  // namespace outrider::protection
