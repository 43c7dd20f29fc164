// SPDX-License-Identifier: Apache-2.0
// The latch file: whole records at every moment, and nothing from strangers.
#include "protection/latch_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "protection/at.hpp"
#include "protection/files.hpp"

namespace outrider::protection {
namespace {

struct Latch : testing::Test {
  OwnDirectory directory;
  std::string path = directory.file("c/latch");
  Protection protection;
  shm::FileError error;

  LatchFile make() { return LatchFile::make(path, protection, false, error); }
  LatchImage view() const {
    LatchImage image;
    LatchFile::view(path, image);
    return image;
  }
  void store(LatchFile& file) {
    for (const Change& change : protection.changes()) file.store(change);
    protection.clear_changes();
  }
};

TEST_F(Latch, IsMissingBeforeTheFirstStart) {
  EXPECT_EQ(view().condition, Condition::missing);
}

TEST_F(Latch, IsEmptyAndUnarmedWhenMade) {
  const LatchFile file = make();

  ASSERT_TRUE(file) << error.message;
  EXPECT_EQ(view().condition, Condition::intact);
  EXPECT_TRUE(view().entries.empty());
  EXPECT_FALSE(file.armed());
}

TEST_F(Latch, ShowsAKillWithAllThatIsKnownOfIt) {
  LatchFile file = make();
  protection.kill(protection.scope("venue=binance"), person("prices make no sense"), at(5s));
  store(file);

  const LatchImage image = view();

  ASSERT_EQ(image.entries.size(), 1U);
  EXPECT_EQ(image.entries[0].action, Action::kill);
  EXPECT_EQ(image.entries[0].scope.view(), "venue=binance");
  EXPECT_EQ(image.entries[0].cause.actor.view(), "ann");
  EXPECT_EQ(image.entries[0].cause.reason.view(), "prices make no sense");
  EXPECT_EQ(image.entries[0].wall, at(5s).wall);
}

TEST_F(Latch, KeepsTheFirstCause) {
  LatchFile file = make();
  protection.kill(0, person("the first"), at(1s));
  protection.kill(0, person("the second"), at(2s));
  store(file);

  ASSERT_EQ(view().entries.size(), 1U);
  EXPECT_EQ(view().entries[0].cause.reason.view(), "the first");
}

TEST_F(Latch, IsEmptyAgainAfterArming) {
  LatchFile file = make();
  protection.kill(0, person(), at(1s));
  store(file);
  ASSERT_EQ(protection.arm(0, 1, person(), at(2s)), ArmAnswer::done);
  store(file);

  EXPECT_TRUE(view().entries.empty());
  EXPECT_TRUE(file.armed());
  EXPECT_EQ(file.armed_since(), at(2s).wall);
}

TEST_F(Latch, KeepsKilledWhenOnlyArmedAtStart) {
  LatchFile file = make();
  protection.kill(0, person(), at(1s));
  ASSERT_TRUE(protection.arm_at_start(at(2s)));
  store(file);

  EXPECT_EQ(view().entries.size(), 1U);
}

TEST_F(Latch, ShowsAHaltUntilItClears) {
  LatchFile file = make();
  const BreakerId storm = *protection.breaker({"Storm", 0, BreakerAction::halt, 10s, 0s});
  protection.observe(storm, AlertSignal::firing, 1);
  protection.tick(at(0s));
  store(file);
  ASSERT_EQ(view().entries.size(), 1U);
  EXPECT_EQ(view().entries[0].action, Action::trip);
  EXPECT_EQ(view().entries[0].cause.rule.view(), "Storm");

  protection.tick(at(10s));
  store(file);
  EXPECT_TRUE(view().entries.empty());
}

TEST_F(Latch, CarriesWhatWasRestoredIntoTheNewFile) {
  InitialState initial;
  initial.killed.push_back({Action::kill, "venue=x", person(), at(0s).wall});
  protection.restore(initial, at(1s));

  make();

  EXPECT_EQ(view().entries.size(), 1U);
}

TEST_F(Latch, IsReadableByTheGroupAndWritableByItsOwnerOnly) {
  make();
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);

  EXPECT_EQ(info.st_mode & 0777, 0640U);
}

TEST_F(Latch, IsDamagedWhenARecordIsNotWhole) {
  LatchFile file = make();
  protection.kill(0, person(), at(1s));
  store(file);
  std::string bytes = bytes_of(path);
  bytes[latch_header_bytes + 100] ^= 1;
  write_bytes(path, bytes);

  EXPECT_EQ(view().condition, Condition::damaged);
}

TEST_F(Latch, IsDamagedWhenItsWriterDiedWithinARecord) {
  make();
  std::string bytes = bytes_of(path);
  bytes[latch_header_bytes] = 3;  // an odd version
  write_bytes(path, bytes);

  EXPECT_EQ(view().condition, Condition::damaged);
}

TEST_F(Latch, IsDamagedWhenShortLongOrForeign) {
  make();
  const std::string good = bytes_of(path);
  write_bytes(path, good.substr(0, 4096));
  EXPECT_EQ(view().condition, Condition::damaged);

  write_bytes(path, good + "x");
  EXPECT_EQ(view().condition, Condition::damaged);

  write_bytes(path, "not" + good.substr(3));
  EXPECT_EQ(view().condition, Condition::damaged);

  std::filesystem::remove(path);
  std::filesystem::create_symlink("/etc/passwd", path);
  EXPECT_EQ(view().condition, Condition::damaged);
}

TEST_F(Latch, IsReplacedWhenDamaged) {
  write_bytes(path, "nonsense");

  ASSERT_TRUE(make()) << error.message;

  EXPECT_EQ(view().condition, Condition::intact);
}

TEST_F(Latch, SaysWhyItCannotBeMade) {
  const LatchFile file = LatchFile::make(directory.file("absent/latch"), protection, false, error);

  EXPECT_FALSE(file);
  EXPECT_NE(error.message.find("No such file"), std::string::npos);
}

TEST_F(Latch, NeverShowsHalfARecordToAReaderThatLooksAllTheTime) {
  LatchFile file = make();
  std::atomic<bool> stop{false};
  std::uint64_t torn = 0;
  std::thread reader([&] {
    while (!stop.load(std::memory_order_acquire)) {
      for (const Entry& entry : file.read().entries) {
        // A record that is whole has the same letter in its actor and reason.
        if (entry.cause.actor.view()[0] != entry.cause.reason.view()[0]) ++torn;
      }
    }
  });
  for (int i = 0; i < 20'000; ++i) {
    const char letter = static_cast<char>('a' + i % 26);
    const Cause cause{{}, std::string(40, letter), std::string(150, letter), 0};
    file.store({{Action::kill, "global", cause, at(0s).wall}, false, 0, true, false, false});
  }
  stop.store(true, std::memory_order_release);
  reader.join();

  EXPECT_EQ(torn, 0U);
}

}  // namespace
}  // namespace outrider::protection
