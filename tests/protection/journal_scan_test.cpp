// SPDX-License-Identifier: Apache-2.0
// What the bytes of a journal say: every change of them shows.
#include "protection/journal_scan.hpp"

#include <gtest/gtest.h>

#include "protection/at.hpp"

namespace outrider::protection {
namespace {

constexpr std::size_t record = sizeof(JournalRecord);

/// A file, built record by record; the chain may begin anywhere.
struct Built {
  std::string bytes;
  std::uint64_t seq = 0;
  Hash head{};

  Built& add(Action action, const char* scope = "global") {
    JournalRecord next = record_of({{action, scope, {{}, "ann", "why", 0}, at(1s).wall}});
    next.seq = ++seq;
    next.previous = head;
    seal(next);
    head = hash_of(next);
    bytes.append(reinterpret_cast<const char*>(&next), sizeof next);
    return *this;
  }
};

Built built(std::initializer_list<Action> actions) {
  Built file;
  file.add(Action::begin);
  for (const Action action : actions) file.add(action);
  return file;
}

JournalCopy scan(const std::string& bytes) {
  JournalScan scan;
  for (std::size_t at = 0; at + record <= bytes.size(); at += record) {
    JournalRecord next{};
    std::memcpy(static_cast<void*>(&next), bytes.data() + at, record);
    scan.take(next);
  }
  return scan.finish(bytes.size() % record);
}

std::string flipped(std::string bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
  return bytes;
}

TEST(JournalScan, FindsEveryFlippedBitOfEveryRecord) {
  const std::string good = built({Action::arm, Action::kill}).bytes;
  ASSERT_EQ(scan(good).condition, Condition::intact);

  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    ASSERT_EQ(scan(flipped(good, bit)).condition, Condition::damaged) << "bit " << bit;
  }
}

TEST(JournalScan, FindsARecordThatWasTakenOutPutInOrMoved) {
  const std::string good = built({Action::arm, Action::kill, Action::trip}).bytes;
  const auto part = [&](std::size_t number) { return good.substr(number * record, record); };

  EXPECT_EQ(scan(part(0) + part(1) + part(3)).condition, Condition::damaged);
  EXPECT_EQ(scan(part(1) + part(2) + part(3)).condition, Condition::damaged);
  EXPECT_EQ(scan(part(0) + part(2) + part(1) + part(3)).condition, Condition::damaged);
  EXPECT_EQ(scan(part(0) + part(1) + part(1) + part(2)).condition, Condition::damaged);
}

TEST(JournalScan, FindsARecordThatWasWrittenAnewWithAGoodChecksum) {
  const std::string good = built({Action::kill, Action::refused}).bytes;
  JournalRecord second{};
  std::memcpy(static_cast<void*>(&second), good.data() + record, record);
  second.action = static_cast<std::uint32_t>(Action::clear);
  seal(second);
  std::string bad = good;
  bad.replace(record, record, reinterpret_cast<const char*>(&second), record);

  EXPECT_EQ(scan(bad).condition, Condition::damaged);
  EXPECT_EQ(scan(bad).problem, "record 3 does not follow the one before it");
}

TEST(JournalScan, LeavesOutATornRecordAndSaysSo) {
  const std::string bytes = built({Action::arm, Action::kill}).bytes;
  const JournalCopy torn = scan(bytes.substr(0, 2 * record + 300));

  EXPECT_EQ(torn.condition, Condition::torn);
  EXPECT_TRUE(torn.is_chained());
  EXPECT_EQ(torn.last_seq, 2U);
}

TEST(JournalScan, KeepsAKillBehindTheDamage) {
  std::string bytes = built({Action::arm, Action::trip, Action::kill}).bytes;
  bytes[2 * record + 60] ^= 1;

  const std::vector<JournalEntry> latches = scan(bytes).in_force.latches();

  ASSERT_EQ(latches.size(), 1U);
  EXPECT_EQ(latches[0].entry.action, Action::kill);
}

TEST(JournalScan, NamesTheFormatOfAnEarlierVersion) {
  EXPECT_EQ(scan("OUTRJNL1" + std::string(record - 8, '\0')).problem,
            "record 1 is of format OUTRJNL1; this version reads OUTRJNL2");
}

// ------------------------------------------------------------- two together

Condition together(const std::string& first, const std::string& second) {
  const Agreement one_way = agree(scan(first), scan(second));
  const Agreement other_way = agree(scan(second), scan(first));
  EXPECT_EQ(one_way.condition, other_way.condition);
  return one_way.condition;
}

TEST(TwoCopies, AreMissingOnlyTogether) {
  const std::string good = built({Action::kill}).bytes;

  EXPECT_EQ(together("", ""), Condition::missing);
  EXPECT_EQ(together(good, ""), Condition::intact);
  EXPECT_EQ(together(good, good), Condition::intact);
}

TEST(TwoCopies, SurviveEveryFlippedBitAndEveryCutOfOneOfThem) {
  const std::string good = built({Action::arm, Action::kill}).bytes;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    const Agreement agreement = agree(scan(flipped(good, bit)), scan(good));
    ASSERT_EQ(agreement.condition, Condition::intact) << "bit " << bit;
    ASSERT_EQ(agreement.serves, 1U) << "bit " << bit;
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    const Agreement agreement = agree(scan(good.substr(0, size)), scan(good));
    ASSERT_EQ(agreement.condition, Condition::intact) << size << " bytes";
    ASSERT_EQ(agreement.serves, 1U) << size << " bytes";
  }
}

TEST(TwoCopies, AreInDoubtWhenNeitherVouchesForTheOther) {
  const std::string good = built({Action::arm, Action::kill}).bytes;
  const std::string torn = good.substr(0, good.size() - 10);
  const std::string bad = flipped(good, 8 * record);

  EXPECT_EQ(together(torn, ""), Condition::damaged);
  EXPECT_EQ(together(torn, torn), Condition::damaged);
  EXPECT_EQ(together(bad, ""), Condition::damaged);
  EXPECT_EQ(together(bad, bad), Condition::damaged);
  EXPECT_EQ(together(bad, torn), Condition::damaged);
  EXPECT_EQ(together(bad, good.substr(0, 2 * record)), Condition::damaged);
}

TEST(TwoCopies, AreInDoubtWhenTheyTellDifferentStories) {
  EXPECT_EQ(together(built({Action::arm, Action::kill}).bytes, built({Action::kill}).bytes),
            Condition::damaged);
}

TEST(TwoCopies, MayBeOnEitherSideOfARotation) {
  Built earlier = built({Action::arm, Action::kill});
  const std::string before = earlier.bytes;
  earlier.bytes.clear();
  const std::string after = earlier.add(Action::begin).add(Action::kill).bytes;

  EXPECT_EQ(together(before, after), Condition::intact);
  EXPECT_EQ(agree(scan(before), scan(after)).serves, 1U);
  EXPECT_EQ(together(before.substr(0, 2 * record), after), Condition::damaged);
}

}  // namespace
}  // namespace outrider::protection
