// SPDX-License-Identifier: Apache-2.0
// The journal: what it keeps, what its two files are for, what a full disk does.
#include "protection/journal.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "protection/at.hpp"
#include "protection/files.hpp"

namespace outrider::protection {
namespace {

constexpr BootId boot{7};
constexpr std::size_t record = sizeof(JournalRecord);

Entry entry(Action action, const char* scope = "global") {
  return {action, scope, {{}, "ann", "written in a test", 1.5}, at(3s).wall};
}

struct JournalFiles : testing::Test {
  OwnDirectory directory;
  JournalPlace place{directory.file("latch.journal")};
  JournalImage found;

  Journal open() { return Journal::open(place, boot, found); }
  void write(std::initializer_list<Action> actions) {
    Journal journal = open();
    for (const Action action : actions) ASSERT_FALSE(journal.append(entry(action)));
  }
  std::vector<JournalEntry> records() const {
    return read_journal_text(bytes_of(place.path)).entries;
  }
  bool copies_are_equal() const { return bytes_of(place.path) == bytes_of(place.copy); }
};

TEST_F(JournalFiles, AreMissingAtFirstAndThenHaveEveryRecord) {
  write({Action::arm, Action::kill});
  EXPECT_EQ(found.condition, Condition::missing);

  const Journal again = open();

  EXPECT_EQ(found.condition, Condition::intact);
  ASSERT_EQ(records().size(), 3U);
  EXPECT_EQ(records()[0].entry.action, Action::begin);
  const JournalEntry kill = records()[2];
  EXPECT_EQ(kill.entry.action, Action::kill);
  EXPECT_EQ(kill.entry.scope.view(), "global");
  EXPECT_EQ(kill.entry.cause.actor.view(), "ann");
  EXPECT_EQ(kill.entry.cause.value, 1.5);
  EXPECT_EQ(kill.entry.wall, at(3s).wall);
  EXPECT_EQ(kill.boot, boot);
  EXPECT_GE(kill.boottime, records()[1].boottime);
  EXPECT_TRUE(again.writable());
  EXPECT_TRUE(copies_are_equal());
}

TEST_F(JournalFiles, GoOnWhereTheyEnded) {
  write({Action::arm});
  write({Action::kill});
  open();

  EXPECT_EQ(found.condition, Condition::intact);
  EXPECT_EQ(records().size(), 3U);
  EXPECT_TRUE(copies_are_equal());
}

TEST_F(JournalFiles, AreForTheirOwnerAndGroup) {
  write({Action::arm});
  for (const std::string& path : {place.path, place.copy}) {
    struct stat info {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0137, 0U) << path;
  }
}

TEST_F(JournalFiles, AreUsedByOneSidecarAtATime) {
  const Journal first = open();
  const Journal second = open();

  EXPECT_TRUE(first.writable());
  EXPECT_FALSE(second.is_usable());
  EXPECT_FALSE(second.writable());
  EXPECT_NE(second.problem().find("another sidecar"), std::string::npos);
}

TEST_F(JournalFiles, SayWhyTheyCannotBeWritten) {
  place = {directory.file("absent/latch.journal")};
  Journal journal = open();

  EXPECT_FALSE(journal.writable());
  EXPECT_TRUE(journal.append(entry(Action::arm)));
  EXPECT_NE(journal.problem().find("No such file"), std::string::npos);
}

TEST_F(JournalFiles, OfAnEarlierVersionAreNamed) {
  write_bytes(place.path, "OUTRJNL1" + std::string(1016, 'x'));
  const Journal journal = open();

  EXPECT_EQ(found.condition, Condition::damaged);
  EXPECT_NE(found.problem.find("format OUTRJNL1"), std::string::npos);
  EXPECT_FALSE(journal.is_usable());
}

// ------------------------------------------------------------ one of the two

TEST_F(JournalFiles, AreMadeGoodFromTheOtherCopyWhicheverIsGone) {
  for (const bool first : {true, false}) {
    write({Action::kill});
    const std::string bytes = bytes_of(place.path);
    std::filesystem::remove(first ? place.path : place.copy);

    Journal journal = open();

    EXPECT_EQ(found.condition, Condition::intact);
    EXPECT_EQ(journal.good_copies(), 2U);
    EXPECT_EQ(journal.take_lines().size(), 1U);
    EXPECT_EQ(bytes_of(place.path), bytes);
    EXPECT_TRUE(copies_are_equal());
  }
}

TEST_F(JournalFiles, AreMadeGoodFromTheOtherCopyWhicheverIsDamagedAndTheDamageIsKept) {
  for (const bool first : {true, false}) {
    write({Action::kill});
    const std::string good = bytes_of(place.path);
    std::string bad = good;
    bad[record + 100] ^= 1;
    const std::string path = first ? place.path : place.copy;
    write_bytes(path, bad);

    Journal journal = open();

    EXPECT_EQ(found.condition, Condition::intact);
    EXPECT_EQ(journal.good_copies(), 2U);
    EXPECT_NE(journal.take_lines().at(0).find("record 2 is not as it was written"),
              std::string::npos);
    EXPECT_EQ(bytes_of(place.path), good);
    EXPECT_TRUE(copies_are_equal());
    EXPECT_EQ(bytes_of(path + ".damaged.1"), bad);
  }
}

TEST_F(JournalFiles, AreBroughtLevelWhenOneEndsEarlierOrInATornRecord) {
  for (const std::size_t missing : {record, record + 10, std::size_t{10}}) {
    write({Action::arm, Action::kill});
    const std::string good = bytes_of(place.path);
    write_bytes(place.copy, good.substr(0, good.size() - missing));

    const Journal journal = open();

    EXPECT_EQ(found.condition, Condition::intact);
    EXPECT_TRUE(journal.writable());
    EXPECT_EQ(bytes_of(place.path), good);
    EXPECT_TRUE(copies_are_equal());
  }
}

TEST_F(JournalFiles, KeepAKillInOneButTakeNoArmingThere) {
  write({Action::arm});
  std::filesystem::remove(place.copy);
  std::filesystem::create_directory(place.copy);  // cannot be opened
  Journal journal = open();
  EXPECT_EQ(journal.good_copies(), 1U);
  EXPECT_FALSE(journal.writable());

  EXPECT_FALSE(journal.append(entry(Action::kill)));
  EXPECT_TRUE(journal.append(entry(Action::arm)));
  EXPECT_TRUE(journal.append(entry(Action::arm_at_start)));

  EXPECT_EQ(records().back().entry.action, Action::kill);
  EXPECT_NE(journal.take_lines().at(0).find("arming will be refused"), std::string::npos);
}

TEST_F(JournalFiles, DoNotBelieveAnIntactCopyThatLacksWhatTheDamagedOneHas) {
  write({Action::arm, Action::kill});
  std::string bytes = bytes_of(place.path);
  write_bytes(place.copy, bytes.substr(0, 2 * record));
  bytes[record + 100] ^= 1;  // the arming; the kill behind it is whole
  write_bytes(place.path, bytes);

  const Journal journal = open();

  EXPECT_EQ(found.condition, Condition::damaged);
  EXPECT_FALSE(journal.is_usable());
  ASSERT_EQ(found.entries.size(), 1U);
  EXPECT_EQ(found.entries[0].entry.action, Action::kill);
}

// ---------------------------------------------------------- damage and disks

TEST_F(JournalFiles, TakeNothingMoreWhenBothAreDamagedUntilBegunAnew) {
  write({Action::arm, Action::kill});
  std::string bytes = bytes_of(place.path);
  bytes[100] ^= 1;
  write_bytes(place.path, bytes);
  write_bytes(place.copy, bytes);
  Journal journal = open();
  EXPECT_TRUE(journal.append(entry(Action::arm)));

  const std::vector<Entry> latches{entry(Action::kill)};
  EXPECT_FALSE(journal.begin_anew(latches, entry(Action::doubt)));

  EXPECT_FALSE(journal.append(entry(Action::arm, "venue=x")));
  EXPECT_EQ(records().size(), 4U);
  EXPECT_TRUE(records()[1].carried);
  EXPECT_EQ(read_journal_text(bytes_of(place.path)).condition, Condition::intact);
  EXPECT_TRUE(copies_are_equal());
  EXPECT_EQ(bytes_of(place.path + ".damaged.1"), bytes);
  EXPECT_EQ(bytes_of(place.copy + ".damaged.1"), bytes);
}

TEST_F(JournalFiles, AreAsBeforeWhenTheDiskIsFull) {
  write({Action::arm});
  Journal journal = open();
  {
    const FullDisk full{2 * record + 100};  // cuts the next record
    EXPECT_EQ(journal.append(entry(Action::kill)).code, EFBIG);
  }
  EXPECT_FALSE(journal.writable());
  EXPECT_EQ(bytes_of(place.path).size(), 2 * record);

  EXPECT_FALSE(journal.append(entry(Action::kill)));
  EXPECT_TRUE(journal.writable());
  EXPECT_EQ(read_journal_text(bytes_of(place.path)).condition, Condition::intact);
  EXPECT_TRUE(copies_are_equal());
}

TEST(ThisBoot, IsTheSameTwiceAndNotZero) {
  EXPECT_EQ(this_boot(), this_boot());
  EXPECT_NE(this_boot(), BootId{});
}

}  // namespace
}  // namespace outrider::protection
