// SPDX-License-Identifier: Apache-2.0
// A full journal file is kept whole, the chain goes on in another one, and what
// was in force before still is.
#include <gtest/gtest.h>

#include "config/digest.hpp"
#include "protection/archive.hpp"
#include "protection/at.hpp"
#include "protection/files.hpp"

namespace outrider::protection {
namespace {

constexpr BootId boot{7};
constexpr std::size_t record = sizeof(JournalRecord);

Entry entry(Action action, const char* scope = "global") {
  return {action, scope, {{}, "ann", "written in a test", 0}, at(3s).wall};
}

/// A journal that is full after eight records.
struct Rotation : testing::Test {
  OwnDirectory directory;
  JournalPlace place{directory.file("latch.journal"), directory.file("copy"), 8 * record, 3};
  JournalImage found;
  std::vector<std::string> lines;

  Journal open() { return Journal::open(place, boot, found); }
  void write(Journal& journal, std::size_t records, const Entry& each) {
    for (std::size_t i = 0; i < records; ++i) ASSERT_FALSE(journal.append(each));
    for (const std::string& line : journal.take_lines()) lines.push_back(line);
  }
  static std::vector<JournalRecord> records_of(const std::string& path) {
    const std::string bytes = bytes_of(path);
    std::vector<JournalRecord> records(bytes.size() / record);
    for (std::size_t i = 0; i < records.size(); ++i)
      std::memcpy(static_cast<void*>(&records[i]), bytes.data() + i * record, record);
    return records;
  }
};

TEST_F(Rotation, KeepsTheFullFileAndChainsTheNextOneToIt) {
  Journal journal = open();
  write(journal, 10, entry(Action::refused));

  for (const std::string& path : {place.path, place.copy}) {
    ASSERT_EQ(archives_of(path).size(), 1U);
    const auto full = records_of(archives_of(path).front());
    const auto next = records_of(path);
    ASSERT_EQ(full.size(), 8U);
    ASSERT_EQ(next.size(), 4U);
    EXPECT_EQ(next.front().action, static_cast<std::uint32_t>(Action::begin));
    EXPECT_EQ(next.front().seq, full.back().seq + 1);
    EXPECT_EQ(next.front().previous, hash_of(full.back()));
  }
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find(config::to_hex(records_of(place.path).front().previous)),
            std::string::npos);
}

TEST_F(Rotation, CarriesOverWhatIsInForceAsItWas) {
  {
    Journal journal = open();
    write(journal, 1, entry(Action::arm));
    write(journal, 1, entry(Action::kill, "venue=x"));
    write(journal, 1, entry(Action::kill, "venue=y"));
    write(journal, 1, entry(Action::arm, "venue=y"));
    write(journal, 30, entry(Action::refused));
  }
  const LatchImage armed{Condition::intact, {}, {}, true, false, {}};
  open();

  const InitialState initial = initial_state(found, armed, boot);

  EXPECT_TRUE(initial.armed) << initial.unarmed_reason;
  ASSERT_EQ(initial.killed.size(), 1U);
  EXPECT_EQ(initial.killed[0].scope.view(), "venue=x");
  EXPECT_EQ(initial.killed[0].wall, at(3s).wall);
  EXPECT_TRUE(found.entries[0].carried);
}

TEST_F(Rotation, RemovesTheOldestFileAndSaysSo) {
  Journal journal = open();
  write(journal, 60, entry(Action::refused));

  EXPECT_EQ(archives_of(place.path).size(), place.archives);
  EXPECT_EQ(archives_of(place.copy).size(), place.archives);
  const auto removals = std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
    return line.find(" was removed") != std::string::npos;
  });
  EXPECT_GT(removals, 0);
  EXPECT_LE(bytes_of(place.path).size(), place.max_bytes);
}

TEST_F(Rotation, IsPutOffWhereItCannotBeDoneAndAKillIsKeptAllTheSame) {
  Journal journal = open();
  for (const std::string& path : {place.path, place.copy})
    std::filesystem::create_directory(archive_name(path, 1));
  write(journal, 12, entry(Action::kill));

  EXPECT_EQ(records_of(place.path).size(), 13U);
  EXPECT_TRUE(journal.writable());
  EXPECT_NE(lines.at(0).find("no other file can be begun"), std::string::npos);
}

TEST_F(Rotation, ThatWasCutShortIsFinishedByTheNextStart) {
  {
    Journal journal = open();
    write(journal, 10, entry(Action::kill));
  }
  const std::string archive = archives_of(place.copy).front();
  std::filesystem::rename(archive, place.copy);

  const Journal journal = open();

  EXPECT_EQ(found.condition, Condition::intact);
  EXPECT_EQ(journal.good_copies(), 2U);
  EXPECT_EQ(bytes_of(place.path), bytes_of(place.copy));
  EXPECT_EQ(archives_of(place.copy), std::vector{archive});
}

TEST_F(Rotation, DoesNotGoRoundInCirclesWhenMoreIsLatchedThanTheFileHolds) {
  Journal journal = open();
  for (int scope = 0; scope < 40; ++scope)
    write(journal, 1, entry(Action::kill, ("venue=" + std::to_string(scope)).c_str()));
  write(journal, 10, entry(Action::refused));

  EXPECT_LE(archives_of(place.path).size(), 3U);
  EXPECT_EQ(std::filesystem::file_size(place.path), std::filesystem::file_size(place.copy));
}

TEST(InForce, SaysTheSameAsTheWholeHistory) {
  std::uint64_t state = 20261121;
  const auto die = [&state](std::uint64_t sides) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 33U) % sides;
  };
  constexpr std::array scopes{"global", "venue=x", "venue=y"};
  for (int round = 0; round < 2000; ++round) {
    JournalImage whole{Condition::intact, {}, {}};
    InForce in_force;
    for (std::uint64_t left = die(30); left > 0; --left) {
      const auto action = static_cast<Action>(1 + die(static_cast<std::uint64_t>(last_action)));
      JournalEntry next{entry(action, scopes[die(3)]), BootId{static_cast<std::uint8_t>(die(2))}};
      next.entry.wall = std::chrono::nanoseconds(die(1000));
      whole.entries.push_back(next);
      in_force.apply(next);
    }
    const LatchImage latch{Condition::intact, {}, {}, true, false, {}};
    const InitialState of_all = initial_state(whole, latch, BootId{1});
    const InitialState of_few =
        initial_state({Condition::intact, {}, in_force.entries()}, latch, BootId{1});
    const auto walls = [](const std::vector<Entry>& entries) {
      std::vector<std::chrono::nanoseconds> list;
      for (const Entry& each : entries) list.push_back(each.wall);
      return list;
    };
    ASSERT_EQ(of_all.armed, of_few.armed);
    ASSERT_EQ(of_all.needs_a_person, of_few.needs_a_person);
    ASSERT_EQ(of_all.unarmed_reason, of_few.unarmed_reason);
    ASSERT_EQ(walls(of_all.killed), walls(of_few.killed));
    ASSERT_EQ(walls(of_all.halted), walls(of_few.halted));
  }
}

}  // namespace
}  // namespace outrider::protection
