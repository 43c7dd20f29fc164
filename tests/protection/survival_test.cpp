// SPDX-License-Identifier: Apache-2.0
// The latch survival matrix: whatever happens to the files between two lives of
// a sidecar, nothing that was closed opens, at the first start and at the second.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>

#include "protection/at.hpp"
#include "protection/guard_thread.hpp"

namespace outrider::protection {
namespace {

constexpr std::size_t record = sizeof(JournalRecord);
constexpr const char* arm_everything =
    R"({"scope": "global", "reason": "first start of the day, limits checked"})";

/// What a life left behind, as bytes, so that it can be put back.
struct Files {
  std::string journal;  ///< both copies
  std::string latch;
};

enum class Held : std::uint8_t { killed, halted, unarmed, armed };

struct Survival : testing::TestWithParam<Held> {
  OwnDirectory directory;
  StartPaths paths = directory.paths();
  Files files = live();

  Files live() {
    Life life(directory);
    life.run_guard();
    if (GetParam() != Held::unarmed) {
      EXPECT_EQ(life.control->arm(arm_everything, anna, real_now()).status, 200U);
    }
    if (GetParam() == Held::killed) {
      EXPECT_EQ(life.control
                    ->kill(R"({"scope": "venue=x", "reason": "duplicate fills"})", anna, real_now())
                    .status,
                200U);
    }
    life.stop_guard();
    if (GetParam() == Held::halted) {
      const ScopeId venue = life.protection.scope("venue=x");
      const auto storm = life.protection.breaker({"Storm", venue, BreakerAction::halt, 1h, {}});
      life.protection.observe(*storm, AlertSignal::firing, 1);
      life.pass();
    }
    life.scribe->write_noted();
    return {bytes_of(paths.journal.path), bytes_of(paths.latch)};
  }
  /// Every byte where something is closed; a sample where a person may open it.
  static std::size_t stride() {
    return GetParam() == Held::killed || GetParam() == Held::halted ? 1 : 9;
  }
  void put_back() const {
    put_back_journals();
    write_bytes(paths.latch, files.latch);
    ::chmod(paths.latch.c_str(), 0600);
  }
  /// Enough where the start before found everything it needed.
  void put_back_journals() const {
    for (const auto& each : std::filesystem::directory_iterator(directory.file("")))
      if (each.is_regular_file()) std::filesystem::remove(each.path());
    directory.write_journals(files.journal);
  }
  GateState start_once(bool arm_at_start = false) const {
    Protection protection;
    const ScopeId venue = protection.scope("venue=x");
    const Started started = start(protection, paths, arm_at_start, real_now());
    return protection.verdict(std::vector{ScopeId{0}, venue}).state;
  }
  /// Closed at the first start and at the second; `configured` adds arm_at_start.
  void expect_closed(const std::string& what, bool configured = false, bool twice = true) const {
    for (const char* start : {"first", "second"}) {
      if (!twice && start[0] == 's') return;
      const GateState state = start_once(configured);
      if (GetParam() == Held::armed) continue;                  // may open: a person said so
      if (GetParam() == Held::unarmed && configured) continue;  // the configuration said so
      EXPECT_NE(state, GateState::trading) << what << ", " << start << " start";
    }
  }
};

TEST_P(Survival, OfEachFileThatIsGoneAloneAndTogether) {
  for (unsigned gone = 0; gone < 8; ++gone) {
    const bool nothing_is_left = gone == 7;
    for (const bool configured : {false, true}) {
      if (nothing_is_left && configured) continue;  // a first start, and armed as configured
      put_back();
      if ((gone & 1U) != 0) std::filesystem::remove(paths.journal.path);
      if ((gone & 2U) != 0) std::filesystem::remove(paths.journal.copy);
      if ((gone & 4U) != 0) std::filesystem::remove(paths.latch);
      expect_closed("files gone: " + std::to_string(gone), configured);
    }
  }
}

TEST_P(Survival, OfOneCopyCutAtEveryByteAsIfNothingHadHappened) {
  put_back();
  const GateState whole = start_once();
  for (std::size_t size = 0; size <= files.journal.size(); size += stride()) {
    put_back_journals();
    write_bytes(size % 2 == 0 ? paths.journal.path : paths.journal.copy,
                files.journal.substr(0, size));
    ASSERT_EQ(start_once(), whole) << size << " bytes";
  }
}

TEST_P(Survival, OfBothCopiesCutAtEveryByte) {
  for (std::size_t size = 1; size < files.journal.size(); size += stride()) {
    put_back();
    directory.write_journals(files.journal.substr(0, size));
    if (size % 2 == 0 && size % record != 0) std::filesystem::remove(paths.latch);
    expect_closed(std::to_string(size) + " bytes", true, size % 8 == 0);
    ASSERT_FALSE(HasFailure());
  }
}

TEST_P(Survival, OfABitFlippedInEveryByteOfTheLastThreeRecords) {
  put_back();
  const GateState whole = start_once();
  const std::size_t last_three = files.journal.size() - std::min(files.journal.size(), 3 * record);
  for (std::size_t byte = last_three; byte < files.journal.size(); byte += stride()) {
    std::string bad = files.journal;
    bad[byte] = static_cast<char>(bad[byte] ^ (1 << byte % 8));
    put_back();
    write_bytes(byte % 2 == 0 ? paths.journal.path : paths.journal.copy, bad);
    ASSERT_EQ(start_once(), whole) << "one copy, byte " << byte;

    put_back_journals();
    directory.write_journals(bad);
    if (byte % 3 == 0) std::filesystem::remove(paths.latch);
    expect_closed("both copies, byte " + std::to_string(byte), true, byte % 8 == 0);
    ASSERT_FALSE(HasFailure());
  }
}

TEST_P(Survival, OfADiskThatIsFullAtTheStart) {
  put_back();
  Protection protection;
  const ScopeId venue = protection.scope("venue=x");
  Journal journal;
  {
    const FullDisk full(files.latch.size());  // room for the latch file only
    JournalImage found;
    journal = Journal::open(paths.journal, this_boot(), found);
    LatchImage latch;
    LatchFile::view(paths.latch, latch);
    protection.restore(initial_state(found, latch, this_boot()), real_now());
  }
  if (GetParam() != Held::armed) {
    EXPECT_NE(protection.verdict(std::vector{ScopeId{0}, venue}).state, GateState::trading);
  }
  journal = {};
  expect_closed("after the disk was full");
}

TEST_P(Survival, OfABootOfTheMachine) {
  directory.remove_journals();
  std::filesystem::remove(paths.latch);  // it lies in memory
  {
    JournalImage found;
    Journal journal = Journal::open(paths.journal, BootId{1}, found);  // in another boot
    for (const JournalEntry& each : read_journal_text(files.journal).entries)
      if (each.entry.action != Action::begin) journal.append(each.entry);
  }
  const GateState wanted = GetParam() == Held::killed ? GateState::killed : GateState::unarmed;

  EXPECT_EQ(start_once(), wanted);
  EXPECT_EQ(start_once(), wanted);
}

std::string name_of(const testing::TestParamInfo<Held>& held) {
  constexpr std::array names{"Killed", "Halted", "Unarmed", "Armed"};
  return names[static_cast<std::size_t>(held.param)];
}

INSTANTIATE_TEST_SUITE_P(Of, Survival,
                         testing::Values(Held::killed, Held::halted, Held::unarmed, Held::armed),
                         name_of);

}  // namespace
}  // namespace outrider::protection
