// SPDX-License-Identifier: Apache-2.0
// Lives of a sidecar one after the other over the same files: what was closed
// stays closed, whatever happens to the files in between.
#include "protection/start.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "protection/at.hpp"
#include "protection/guard_thread.hpp"

namespace outrider::protection {
namespace {

constexpr const char* arm_everything =
    R"({"scope": "global", "reason": "first start of the day, limits checked"})";

struct Restart : testing::Test {
  OwnDirectory directory;
  StartPaths paths = directory.paths();

  /// A life in which everything is armed and then venue=x is killed.
  void live_and_kill() {
    Life life(directory);
    life.run_guard();
    ASSERT_EQ(life.control->arm(arm_everything, anna, real_now()).status, 200U);
    ASSERT_EQ(
        life.control->kill(R"({"scope": "venue=x", "reason": "stale"})", anna, real_now()).status,
        200U);
  }
  void live_and_arm() {
    Life life(directory);
    life.run_guard();
    ASSERT_EQ(life.control->arm(arm_everything, anna, real_now()).status, 200U);
  }
  GateState next_state(const char* scope, bool arm_at_start = false) {
    return Life(directory, arm_at_start).state(scope);
  }
};

bool is_closed(GateState state) {
  return state != GateState::trading;
}

TEST_F(Restart, IsUnarmedOnTheFirstStartAndSaysHowToArm) {
  Life life(directory);

  EXPECT_EQ(life.state("venue=x"), GateState::unarmed);
  ASSERT_EQ(life.lines.size(), 1U);
  EXPECT_NE(life.lines[0].find("outrider arm --reason"), std::string::npos);
}

TEST_F(Restart, IsUnarmedWhereKillRequestsCannotBeSeen) {
  live_and_arm();
  std::filesystem::rename(paths.kill_directory, directory.file("elsewhere"));

  EXPECT_EQ(next_state("venue=x", true), GateState::unarmed) << "there may be a kill in it";
  EXPECT_NE(Life(directory).lines.front().find("there may be a kill in it"), std::string::npos);

  std::filesystem::rename(directory.file("elsewhere"), paths.kill_directory);
  EXPECT_EQ(next_state("venue=x"), GateState::unarmed) << "nobody has armed since";
  EXPECT_EQ(next_state("venue=x", true), GateState::trading);
}

TEST_F(Restart, IsUnarmedWhereAnotherUserMayTakeKillRequestsAway) {
  live_and_arm();
  ASSERT_EQ(::chown(paths.kill_directory.c_str(), 12345, 12345), 0);
  shm::FileError error;
  publish_kill_request(paths.kill_directory, "venue=y", "seen all the same", error);

  const Life life(directory);
  EXPECT_FALSE(life.protection.armed());
  EXPECT_TRUE(life.protection.killed(*life.protection.find_scope("venue=y")));
  EXPECT_NE(life.lines.front().find("its owner can take kills away"), std::string::npos);
}

TEST_F(Restart, StaysArmed) {
  live_and_arm();

  EXPECT_EQ(next_state("venue=x"), GateState::trading);
  EXPECT_EQ(next_state("venue=x"), GateState::trading);
}

TEST_F(Restart, RemembersSinceWhenItIsArmed) {
  live_and_arm();
  const auto since = [this] {
    LatchImage image;
    return LatchFile::view(paths.latch, image).armed_since();
  };
  const std::chrono::nanoseconds first = since();

  next_state("global");

  EXPECT_EQ(since(), first);
}

TEST_F(Restart, StaysKilledAgainAndAgain) {
  live_and_kill();

  EXPECT_EQ(next_state("venue=x"), GateState::killed);
  EXPECT_EQ(next_state("venue=x"), GateState::killed);
  EXPECT_EQ(next_state("venue=y"), GateState::trading);
}

TEST_F(Restart, StaysKilledWhenTheLatchFileIsGone) {
  live_and_kill();
  std::filesystem::remove(paths.latch);

  EXPECT_EQ(next_state("venue=x"), GateState::killed);
  EXPECT_EQ(next_state("venue=y"), GateState::unarmed);
}

TEST_F(Restart, StaysKilledWhenTheJournalIsGone) {
  live_and_kill();
  directory.remove_journals();

  EXPECT_EQ(next_state("venue=x"), GateState::killed);
  std::filesystem::remove(paths.latch);
  EXPECT_EQ(next_state("venue=x"), GateState::killed);  // the journal was told
}

TEST_F(Restart, IsUnarmedWhenBothFilesAreGone) {
  live_and_kill();
  directory.remove_journals();
  std::filesystem::remove(paths.latch);

  EXPECT_EQ(next_state("venue=x"), GateState::unarmed);
}

TEST_F(Restart, NeverOpensOverDamagedFilesNotEvenAtTheSecondStart) {
  live_and_kill();
  const std::string journal = bytes_of(paths.journal.path);
  for (std::size_t size = 1; size < journal.size(); size += 97) {
    for (const bool cut : {true, false}) {
      std::string bad = cut ? journal.substr(0, size) : journal;
      if (!cut) bad[size] ^= 1;
      directory.write_journals(bad);
      std::filesystem::remove(paths.latch);
      ASSERT_TRUE(is_closed(next_state("venue=x"))) << "byte " << size << ", cut " << cut;
      ASSERT_TRUE(is_closed(next_state("venue=x"))) << "byte " << size << ", cut " << cut;
    }
  }
}

TEST_F(Restart, StaysUnarmedAfterDamageUntilAPersonArms) {
  live_and_arm();
  std::string journal = bytes_of(paths.journal.path);
  journal[40] ^= 1;
  directory.write_journals(journal);
  for (int start = 0; start < 3; ++start) {
    EXPECT_EQ(next_state("global", true), GateState::unarmed) << "start " << start;
  }

  live_and_arm();
  EXPECT_EQ(next_state("global"), GateState::trading);
}

TEST_F(Restart, NeedsAPersonAfterADamagedLatchFileAtEveryLaterStart) {
  live_and_arm();
  write_bytes(paths.latch, "scribbled");
  EXPECT_EQ(next_state("global", true), GateState::unarmed);
  EXPECT_EQ(next_state("global", true), GateState::unarmed);
  std::filesystem::remove(paths.latch);
  EXPECT_EQ(next_state("global", true), GateState::unarmed);  // the journal says so too

  live_and_arm();
  EXPECT_EQ(next_state("global", true), GateState::trading);
}

TEST_F(Restart, NeedsAPersonWhileTheJournalIsGoneThatTheLatchFileKnew) {
  live_and_arm();
  directory.remove_journals();

  EXPECT_EQ(next_state("global", true), GateState::unarmed);
  EXPECT_EQ(next_state("global", true), GateState::unarmed);
}

TEST_F(Restart, NeedsAPersonAlsoWhenTheJournalCannotSaySo) {
  live_and_arm();
  directory.remove_journals();
  for (const std::string& path : {paths.journal.path, paths.journal.copy})
    std::filesystem::create_directory(path);  // cannot be opened, nor replaced
  EXPECT_EQ(next_state("global", true), GateState::unarmed);
  directory.remove_journals();

  EXPECT_EQ(next_state("global", true), GateState::unarmed);  // the latch file says so
}

TEST_F(Restart, ObeysAKillRequestBeforeTheFirstGrantAndOnlyOnce) {
  live_and_arm();
  shm::FileError error;
  publish_kill_request(paths.kill_directory, "venue=x", "nobody was running", error);

  EXPECT_EQ(next_state("venue=x"), GateState::killed);
  EXPECT_TRUE(read_kill_requests(paths.kill_directory).obeyable.empty());
  EXPECT_EQ(next_state("venue=x"), GateState::killed);
}

TEST_F(Restart, ArmsAtStartOnlyWhenTold) {
  EXPECT_EQ(next_state("global", true), GateState::trading);
  EXPECT_EQ(next_state("global"), GateState::trading);  // on record now
}

TEST_F(Restart, DoesNotLiftKilledByArmingAtStart) {
  live_and_kill();

  EXPECT_EQ(next_state("venue=x", true), GateState::killed);
}

TEST_F(Restart, KeepsAHalt) {
  live_and_arm();
  {
    Life life(directory);
    const BreakerId storm = *life.protection.breaker({"Storm",
                                                      life.protection.scope("venue=x"),
                                                      BreakerAction::halt,
                                                      std::chrono::hours(1),
                                                      {}});
    life.protection.observe(storm, AlertSignal::firing, 1);
    life.pass();
    life.scribe->write_noted();
  }

  EXPECT_EQ(next_state("venue=x"), GateState::halted);
  directory.remove_journals();
  EXPECT_TRUE(is_closed(next_state("venue=x")));
}

/// Lives once more and lets `what` happen to venue=x.
template <class What>
void live(const OwnDirectory& directory, const What& what) {
  Life life(directory);
  what(life, life.protection.scope("venue=x"));
  life.pass();
  life.scribe->write_noted();
}

TEST_F(Restart, KeepsAHaltOfAPersonAndLetsAPersonLiftIt) {
  live_and_arm();
  live(directory, [](Life& life, ScopeId venue) {
    life.protection.halt(venue, {{}, "ann", "odd fills", 600}, real_now());
  });
  EXPECT_EQ(next_state("venue=x"), GateState::halted);
  EXPECT_EQ(next_state("venue=x"), GateState::halted);

  live(directory, [](Life& life, ScopeId venue) {
    std::uint64_t seen = 0;
    ASSERT_EQ(life.protection.may_arm(venue, seen), ArmAnswer::done);
    life.scribe->put({Action::arm, "venue=x", person(), real_now().wall});
    life.scribe->write_noted();
    ASSERT_EQ(life.protection.arm(venue, seen, person(), real_now()), ArmAnswer::done);
  });
  EXPECT_EQ(next_state("venue=x"), GateState::trading);
}

TEST_F(Restart, KeepsWhatOnlyAPersonEndsHowever) {
  live_and_arm();
  live(directory, [](Life& life, ScopeId venue) {
    BreakerSpec held{"Held", venue, BreakerAction::reduce, std::chrono::nanoseconds(1)};
    held.auto_rearm = false;
    life.protection.observe(*life.protection.breaker(held), AlertSignal::firing, 1);
  });

  Life life(directory);
  life.protection.tick({real_now().steady + std::chrono::hours(24), real_now().wall});
  EXPECT_EQ(life.state("venue=x"), GateState::reduce_only);
  EXPECT_TRUE(life.protection.needs_arming(life.protection.scope("venue=x")));
}

TEST_F(Restart, BeginsAnEntryBlockAnew) {
  live_and_arm();
  live(directory, [](Life& life, ScopeId venue) {
    const BreakerSpec block{"Loss", venue, BreakerAction::block, std::chrono::minutes(60)};
    life.protection.observe(*life.protection.breaker(block), AlertSignal::firing, 1);
  });

  Life life(directory);
  const Verdict verdict = life.protection.verdict(std::vector{life.protection.scope("venue=x")});
  EXPECT_EQ(verdict.state, GateState::reduce_only);
  EXPECT_EQ(why(verdict).view(), "Loss, 60 min left");
}

TEST_F(Restart, HaltsAgainWhatWasProbing) {
  live_and_arm();
  live(directory, [](Life& life, ScopeId venue) {
    BreakerSpec spec{"Storm", venue, BreakerAction::halt, std::chrono::nanoseconds(1)};
    spec.success_window = std::chrono::hours(1);
    spec.probes = 5;
    const BreakerId storm = *life.protection.breaker(spec);
    life.protection.observe(storm, AlertSignal::firing, 1);
    life.pass();
    life.pass();
    ASSERT_EQ(life.state("venue=x"), GateState::probing);
  });

  EXPECT_EQ(next_state("venue=x"), GateState::halted);
}

TEST_F(Restart, KeepsAKillThatNeverReachedTheDisk) {
  live_and_arm();
  {
    Life life(directory);
    life.protection.kill(life.protection.scope("venue=x"), person(), real_now());
    life.pass();  // latch file and gates; killed before the journal
  }

  EXPECT_EQ(next_state("venue=x"), GateState::killed);
}

TEST_F(Restart, GrantsNothingWhenTheLatchFileCannotBeMade) {
  std::filesystem::remove_all(directory.file("c"));
  Protection protection;

  const Started started = start(protection, paths, false, real_now());

  EXPECT_FALSE(started.latch);
  EXPECT_TRUE(started.error);
}

}  // namespace
}  // namespace outrider::protection
