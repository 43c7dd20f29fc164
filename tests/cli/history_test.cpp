// SPDX-License-Identifier: Apache-2.0
// `outrider history` and `outrider journal verify`, over the files alone.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/program.hpp"
#include "protection/archive.hpp"

namespace outrider::cli {
namespace {

using protection::Action;
using protection::JournalRecord;

/// A journal that was rotated once: a kill in the full file, an arming in the other.
struct JournalCommands : testing::Test {
  protection::OwnDirectory own;
  protection::JournalPlace place{own.file("latch.journal"), own.file("latch.journal.copy"),
                                 4 * sizeof(JournalRecord), 16};
  std::string where = " --storage.path=" + own.file("");

  void SetUp() override {
    protection::JournalImage found;
    protection::Journal journal = protection::Journal::open(place, {}, found);
    add(journal, Action::kill, "venue=x", std::chrono::hours(30));
    add(journal, Action::refused, "global", std::chrono::hours(29));
    add(journal, Action::refused, "global", std::chrono::hours(28));
    add(journal, Action::arm, "global", std::chrono::minutes(5));
  }
  static void add(protection::Journal& journal, Action action, const char* scope,
                  std::chrono::nanoseconds ago) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    ASSERT_FALSE(journal.append({action, scope, {{}, "ann", "a reason\033[31m", 2}, now - ago}));
  }
  std::vector<nlohmann::json> history(const std::string& options) const {
    const Said said = run_program("history --json" + where + options);
    EXPECT_EQ(said.code, 0) << said.out;
    std::vector<nlohmann::json> records;
    std::istringstream lines(said.out);
    for (std::string line; std::getline(lines, line);)
      records.push_back(nlohmann::json::parse(line));
    return records;
  }
};

TEST_F(JournalCommands, ShowWhatHappenedOnceInFullFilesToo) {
  const auto records = history("");

  ASSERT_EQ(records.size(), 6U);  // two files begin
  EXPECT_EQ(records[1].at("action"), "kill");
  EXPECT_EQ(records[1].at("scope"), "venue=x");
  EXPECT_EQ(records[1].at("actor"), "ann");
  EXPECT_EQ(records[1].at("value"), 2);
  EXPECT_EQ(records[5].at("action"), "arm");
}

TEST_F(JournalCommands, ShowThePartThatWasAskedFor) {
  EXPECT_EQ(history(" --scope venue=x").size(), 1U);
  EXPECT_EQ(history(" --since 2h --scope global").back().at("action"), "arm");
  EXPECT_EQ(history(" --limit 1").at(0).at("action"), "arm");
  const auto oldest_first = history("");
  auto newest_first = history(" --newest-first");
  EXPECT_EQ(history(" --newest-first --limit 1").at(0), newest_first.at(0));
  std::reverse(newest_first.begin(), newest_first.end());
  EXPECT_EQ(newest_first, oldest_first);
  EXPECT_EQ(history(" --since 1m --scope venue=x").size(), 0U);
}

TEST_F(JournalCommands, KeepControlCharactersFromTheTerminal) {
  const Said said = run_program("history" + where);

  EXPECT_EQ(said.code, 0);
  EXPECT_FALSE(contains(said.out, "\033"));
  EXPECT_TRUE(contains(said.out, "ann: a reason"));
}

TEST_F(JournalCommands, VerifyBothCopiesAndTheirFullFiles) {
  const Said said = run_program("journal verify --json" + where);
  const auto json = nlohmann::json::parse(said.out);

  EXPECT_EQ(said.code, 0) << said.out;
  EXPECT_TRUE(json.at("intact"));
  EXPECT_EQ(json.at("files").size(), 4U);
}

TEST_F(JournalCommands, NameTheFileAndTheRecordThatIsDamaged) {
  const std::string archive = protection::archives_of(place.copy).front();
  std::string bytes = protection::bytes_of(archive);
  bytes[sizeof(JournalRecord) + 100] ^= 1;
  protection::write_bytes(archive, bytes);

  const Said said = run_program("journal verify" + where);

  EXPECT_EQ(said.code, 1);
  EXPECT_TRUE(contains(said.out, archive + ": record 2 is not as it was written")) << said.out;
  EXPECT_EQ(run_program("journal verify " + place.path).code, 0);
  EXPECT_EQ(run_program("journal verify " + archive).code, 1);
}

TEST_F(JournalCommands, FindAFileThatWasTakenOutOfTheChain) {
  own.write_journals(protection::bytes_of(place.path));
  std::string other = protection::bytes_of(protection::archives_of(place.path).front());
  other.resize(other.size() - sizeof(JournalRecord));
  protection::write_bytes(protection::archives_of(place.path).front(), other);
  protection::write_bytes(protection::archives_of(place.copy).front(), other);

  const Said said = run_program("journal verify" + where);

  EXPECT_EQ(said.code, 1);
  EXPECT_TRUE(contains(said.out, "record 1 does not continue")) << said.out;
}

TEST_F(JournalCommands, MissACopyThatIsGone) {
  std::filesystem::remove(place.copy);

  EXPECT_EQ(run_program("journal verify" + where).code, 1);
  EXPECT_EQ(history("").size(), 6U);
}

TEST_F(JournalCommands, SayWhereTheyLookedInVain) {
  const std::string absent = " --storage.path=" + own.file("absent");

  EXPECT_EQ(run_program("history" + absent).code, 4);
  EXPECT_EQ(run_program("journal verify" + absent).code, 4);
  EXPECT_EQ(run_program("history --since tomorrow" + where).code, 2);
  EXPECT_EQ(run_program("journal").code, 2);
}

}  // namespace
}  // namespace outrider::cli
