// SPDX-License-Identifier: Apache-2.0
// The journal: what it keeps, how damage shows, and what a full disk does.
#include "protection/journal.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "protection/at.hpp"
#include "protection/files.hpp"

namespace outrider::protection {
namespace {

constexpr BootId boot{7};

Entry entry(Action action, const char* scope = "global") {
  return {action, scope, {{}, "ann", "written in a test", 1.5}, at(3s).wall};
}

JournalImage read(const std::string& bytes) {
  return read_journal(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

struct JournalFile : testing::Test {
  OwnDirectory directory;
  std::string path = directory.file("latch.journal");
  JournalImage found;
  shm::FileError error;

  Journal open() { return Journal::open(path, boot, found, error); }
  void write(std::initializer_list<Action> actions) {
    Journal journal = open();
    for (const Action action : actions) ASSERT_FALSE(journal.append(entry(action)));
  }
};

TEST_F(JournalFile, IsMissingAtFirstAndThenHasEveryRecord) {
  write({Action::arm, Action::kill});
  EXPECT_EQ(found.condition, Condition::missing);

  const Journal again = open();

  EXPECT_EQ(found.condition, Condition::intact);
  ASSERT_EQ(found.entries.size(), 2U);
  EXPECT_EQ(found.entries[1].entry.action, Action::kill);
  EXPECT_EQ(found.entries[1].entry.scope.view(), "global");
  EXPECT_EQ(found.entries[1].entry.cause.actor.view(), "ann");
  EXPECT_EQ(found.entries[1].entry.cause.value, 1.5);
  EXPECT_EQ(found.entries[1].entry.wall, at(3s).wall);
  EXPECT_EQ(found.entries[1].boot, boot);
  EXPECT_TRUE(again.writable());
}

TEST_F(JournalFile, GoesOnWhereItEnded) {
  write({Action::arm});
  write({Action::kill});
  open();

  EXPECT_EQ(found.condition, Condition::intact);
  EXPECT_EQ(found.entries.size(), 2U);
}

TEST_F(JournalFile, IsForItsOwnerAndGroup) {
  write({Action::arm});
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);

  EXPECT_EQ(info.st_mode & 0137, 0U);
}

TEST_F(JournalFile, IsUsedByOneSidecarAtATime) {
  const Journal first = open();
  const Journal second = open();

  EXPECT_TRUE(first.writable());
  EXPECT_FALSE(second.writable());
  EXPECT_NE(second.problem().find("another sidecar"), std::string::npos);
}

TEST_F(JournalFile, SaysWhyItCannotBeWritten) {
  Journal journal = Journal::open(directory.file("absent/latch.journal"), boot, found, error);

  EXPECT_FALSE(journal.writable());
  EXPECT_TRUE(journal.append(entry(Action::arm)));
  EXPECT_NE(journal.problem().find("No such file"), std::string::npos);
}

TEST_F(JournalFile, LeavesOutATornRecordAndSaysSo) {
  write({Action::arm, Action::kill});
  const JournalImage image = read(bytes_of(path).substr(0, 512 + 300));

  EXPECT_EQ(image.condition, Condition::torn);
  EXPECT_EQ(image.entries.size(), 1U);
}

TEST_F(JournalFile, FindsEveryFlippedBitOfEveryRecord) {
  write({Action::arm, Action::kill, Action::arm});
  const std::string good = bytes_of(path);
  ASSERT_EQ(read(good).condition, Condition::intact);

  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    ASSERT_EQ(read(bad).condition, Condition::damaged) << "bit " << bit;
  }
}

TEST_F(JournalFile, FindsARecordThatWasTakenOut) {
  write({Action::arm, Action::kill, Action::trip});
  const std::string good = bytes_of(path);

  EXPECT_EQ(read(good.substr(0, 512) + good.substr(1024)).condition, Condition::damaged);
  EXPECT_EQ(read(good.substr(512)).condition, Condition::damaged);
}

TEST_F(JournalFile, KeepsAKillBehindTheDamage) {
  write({Action::arm, Action::trip, Action::kill});
  std::string bytes = bytes_of(path);
  bytes[600] ^= 1;

  const JournalImage image = read(bytes);

  ASSERT_EQ(image.entries.size(), 2U);
  EXPECT_EQ(image.entries[1].entry.action, Action::kill);
}

TEST_F(JournalFile, TakesNothingMoreWhenDamagedUntilBegunAnew) {
  write({Action::arm, Action::kill});
  std::string bytes = bytes_of(path);
  bytes[100] ^= 1;
  write_bytes(path, bytes);
  Journal journal = open();
  EXPECT_TRUE(journal.append(entry(Action::arm)));

  const std::vector<Entry> latches{entry(Action::kill)};
  EXPECT_FALSE(journal.begin_anew(latches, at(9s).wall));

  EXPECT_FALSE(journal.append(entry(Action::arm, "venue=x")));
  EXPECT_EQ(read(bytes_of(path)).entries.size(), 2U);
  EXPECT_EQ(read(bytes_of(path)).condition, Condition::intact);
  EXPECT_EQ(bytes_of(path + ".damaged." + std::to_string(at(9s).wall.count())), bytes);
}

TEST_F(JournalFile, IsAsBeforeWhenTheDiskIsFull) {
  write({Action::arm});
  Journal journal = open();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{700, before.rlim_max};  // cuts the second record
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);

  const shm::FileError full = journal.append(entry(Action::kill));

  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(full.code, EFBIG);
  EXPECT_FALSE(journal.writable());
  EXPECT_EQ(bytes_of(path).size(), 512U);
  EXPECT_FALSE(journal.append(entry(Action::kill)));
  EXPECT_TRUE(journal.writable());
  EXPECT_EQ(read(bytes_of(path)).condition, Condition::intact);
}

TEST(ThisBoot, IsTheSameTwiceAndNotZero) {
  EXPECT_EQ(this_boot(), this_boot());
  EXPECT_NE(this_boot(), BootId{});
}

}  // namespace
}  // namespace outrider::protection
