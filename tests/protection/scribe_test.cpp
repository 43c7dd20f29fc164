// SPDX-License-Identifier: Apache-2.0
// What waits for the disk: in order, bounded, and for nobody longer than was said. A
// journal thread that does not run is a disk that hangs.
#include "protection/scribe.hpp"

#include <gtest/gtest.h>

#include "protection/files.hpp"

namespace outrider::protection {
namespace {

using namespace std::chrono_literals;

struct HungScribe : testing::Test {
  static Entry entry(Action action, const std::string& reason) {
    return {action, "venue=x", Cause{{}, "anna", reason, 0}, 500'000h};
  }
  std::vector<std::string> reasons() {
    std::vector<std::string> all;
    for (const JournalEntry& each : read_journal_text(bytes_of(path)).entries) {
      if (each.entry.action != Action::begin) all.emplace_back(each.entry.cause.reason.view());
    }
    return all;
  }

  OwnDirectory directory;
  std::string path = directory.paths().journal.path;
  JournalImage found;
  Scribe scribe{Journal::open(directory.paths().journal, {}, found)};
};

TEST_F(HungScribe, WritesInTheOrderInWhichItWasToldWhoeverTold) {
  scribe.note(entry(Action::kill, "one"));
  scribe.put(entry(Action::refused, "two"));
  scribe.put(entry(Action::refused, "three"));
  scribe.note(entry(Action::kill, "four"));
  scribe.put(entry(Action::refused, "five"));

  EXPECT_FALSE(scribe.write_noted());

  EXPECT_EQ(reasons(), (std::vector<std::string>{"one", "two", "three", "four", "five"}));
}

TEST_F(HungScribe, GivesUpAndWritesNothingLaterThatWasNotToBe) {
  const Scribe::Written written = scribe.write(entry(Action::arm, "late"), 20ms);
  EXPECT_NE(written.problem, "");
  EXPECT_FALSE(written.is_uncertain) << "nobody has begun with it";

  scribe.write_noted();

  EXPECT_EQ(reasons(), std::vector<std::string>{});
}

TEST_F(HungScribe, SaysWhatIsOnDiskAndWhatIsNot) {
  scribe.note(entry(Action::kill, "one"));
  const Scribe::Mark mark = scribe.mark(0);
  EXPECT_NE(scribe.why_unwritten(mark, 20ms), "");
  EXPECT_FALSE(scribe.is_written(mark));

  scribe.write_noted();

  EXPECT_EQ(scribe.why_unwritten(mark, 20ms), "");
  EXPECT_TRUE(scribe.is_written(mark));
}

TEST_F(HungScribe, CountsWhatFindsNoRoomAndNeverCallsItWritten) {
  for (int i = 0; i < 5000; ++i) scribe.note(entry(Action::kill, std::to_string(i)));
  const std::uint64_t dropped = scribe.dropped();
  EXPECT_EQ(dropped, 5000U - 4096U);
  EXPECT_NE(scribe.why_unwritten(scribe.mark(0), 20ms).find("no room"), std::string::npos);

  for (int i = 0; i < 2000; ++i) scribe.put(entry(Action::refused, "refused"));
  EXPECT_EQ(scribe.dropped(), dropped + 2000 - 1024);
  EXPECT_NE(scribe.write(entry(Action::arm, "late"), 20ms).problem.find("no room"),
            std::string::npos);
}

}  // namespace
}  // namespace outrider::protection
