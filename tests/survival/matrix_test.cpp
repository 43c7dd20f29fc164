// SPDX-License-Identifier: Apache-2.0
// The latch survival matrix, by real programs: what a person killed or halted stays
// closed whatever happens to processes, files and machine. The sidecar starts twice
// over each damage, the second time with `arm_at_start`. Each byte of the journal is
// cut and flipped in protection/survival_test.cpp; here are those that matter.
#include <filesystem>
#include <functional>
#include <map>

#include "survival/boot.hpp"
#include "survival/host.hpp"

namespace outrider::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t record = 552;

enum class Held { killed, halted };

class LatchedHost : public ::testing::TestWithParam<Held> {
 protected:
  void SetUp() override {
    ASSERT_EQ(host_.outrider(std::string{GetParam() == Held::killed ? "kill" : "halt"} +
                             " --scope venue=test --reason 'duplicate fills'"),
              0);
    host_.expect_no_order();
    ASSERT_TRUE(host_.stays(held_));
    host_.end_sidecar();
    keep();
    ASSERT_EQ(journal().size() % record, 0U);
    ASSERT_GE(journal().size(), 3 * record) << "a head, an arming, and what is held";
  }
  [[nodiscard]] const std::string& journal() const { return kept_.at(host_.journals()[0]); }

  /// The files that remember; and puts them back as they were.
  void keep() {
    kept_[host_.latch()] = read_file(host_.latch());
    for (const std::string& each : host_.journals()) kept_[each] = read_file(each);
  }
  void put_back() const {
    for (const auto& each : fs::directory_iterator(host_.state())) fs::remove_all(each.path());
    for (const auto& [path, bytes] : kept_) write_file(path, bytes);
    fs::permissions(host_.latch(), fs::perms::owner_read | fs::perms::owner_write);
  }
  void write_journals(const std::string& bytes) const {
    for (const std::string& each : host_.journals()) write_file(each, bytes);
  }
  void remove_journals() const {
    for (const std::string& each : host_.journals()) fs::remove(each);
  }

  void remove_control() const {
    ASSERT_FALSE(host_.controls().empty());
    for (const std::string& each : host_.controls()) fs::remove(each);
  }

  /// What status must say at a start, and at the next one with `arm_at_start`.
  struct Words {
    std::string first, second;
  };
  /// Whoever is told by a file that still knows of it.
  [[nodiscard]] Words as_held() const { return {held_, held_}; }
  /// A kill is KILLED over any damage, while one file knows it; else only a person arms.
  [[nodiscard]] Words in_doubt() const {
    return GetParam() == Held::killed ? as_held() : Words{"UNARMED", "UNARMED"};
  }
  /// No damage: the configuration may arm, but it lifts nothing.
  [[nodiscard]] Words armed_anew() const {
    return GetParam() == Held::killed ? as_held() : Words{"UNARMED", "HALTED"};
  }
  /// When neither journal nor latch file knows: KILLED stands in the gate's own word.
  [[nodiscard]] std::string by_gate_word() const {
    return GetParam() == Held::killed ? "KILLED" : "UNARMED";
  }
  void expect_closed(const std::string& after, const std::function<void()>& damage,
                     const Words& words) {
    SCOPED_TRACE(after);
    put_back();
    damage();
    host_.start_sidecar();
    EXPECT_TRUE(host_.stays(words.first));
    host_.end_sidecar();
    host_.start_sidecar(true);
    EXPECT_TRUE(host_.stays(words.second));
    host_.end_sidecar();
  }

  Boot boot_;
  Host host_;
  const std::string held_ = GetParam() == Held::killed ? "KILLED" : "HALTED";
  std::map<std::string, std::string> kept_;
};

TEST_P(LatchedHost, SurvivesTheSidecarsRestartUntilAPersonArms) {
  for (const int how : {SIGKILL, SIGTERM}) {
    host_.start_sidecar();
    EXPECT_TRUE(host_.stays(held_)) << ::strsignal(how);
    host_.end_sidecar(how);
  }
  host_.start_sidecar(true);
  EXPECT_TRUE(host_.stays(held_)) << "arm_at_start";

  std::string said;
  EXPECT_EQ(host_.outrider("arm --scope venue=test --reason 'the fills were explained'", &said), 0)
      << said;
  EXPECT_TRUE(host_.trades_again()) << "else this proves nothing";
}

TEST_P(LatchedHost, SurvivesTheTradersRestart) {
  host_.start_sidecar();
  for (int restart = 0; restart < 2; ++restart) {
    host_.end_trader();
    host_.start_trader();
    EXPECT_TRUE(host_.stays(held_));
  }
}

TEST_P(LatchedHost, SurvivesTheRestartOfBoth) {
  for (const bool trader_first : {false, true}) {
    host_.end_trader();
    if (trader_first) host_.start_trader();
    host_.start_sidecar();
    if (!trader_first) host_.start_trader();
    EXPECT_TRUE(host_.stays(held_));
    host_.end_sidecar();
  }
}

TEST_P(LatchedHost, SurvivesABootOfTheMachine) {
  // Whatever only a person ends outlives the boot; all else is UNARMED until armed.
  const auto boots = [this] {
    host_.end_trader();
    boot_.begin_another();
    host_.start_trader();
  };
  expect_closed("a boot, the segments on a disk", boots, armed_anew());
  host_.end_trader();
  expect_closed(
      "a boot, the segments in memory",
      [&] {
        for (const char* each : {"/t", "/c"}) fs::remove_all(host_.segments() + each);
        make_segment_directory(host_.path(""));
        boots();
      },
      armed_anew());
}

TEST_P(LatchedHost, SurvivesTheLossOfItsControlFile) {
  host_.start_sidecar();
  remove_control();  // under both, who go on with what they have
  EXPECT_TRUE(host_.stays(held_, "UNARMED")) << "status sees no file of a sidecar";
  host_.end_sidecar();
  host_.start_sidecar();
  EXPECT_TRUE(host_.stays(held_)) << "a new one was made";
  host_.end_sidecar();
  expect_closed(
      "between two sidecars", [this] { remove_control(); }, as_held());
  expect_closed(
      "between two sidecars and two traders",
      [&] {
        remove_control();
        host_.end_trader();
        host_.start_trader();
      },
      as_held());
}

TEST_P(LatchedHost, SurvivesTheLossOfEachFileThatRemembers) {
  const auto remove = [](const std::string& path) {
    return [path] { ASSERT_TRUE(fs::remove(path)) << path; };
  };
  expect_closed("the checkpoint", remove(host_.checkpoint()), as_held());
  expect_closed("the latch file", remove(host_.latch()), armed_anew());
  for (const std::string& each : host_.journals()) expect_closed(each, remove(each), as_held());
  expect_closed(
      "the journal", [this] { remove_journals(); }, in_doubt());
}

TEST_P(LatchedHost, SurvivesTheLossOfEveryFileThatRemembers) {
  const auto lose_all = [this] {
    put_back();
    remove_journals();
    fs::remove(host_.latch());
  };
  const auto starts_as = [this](const std::string& state) {
    host_.start_sidecar();
    EXPECT_TRUE(host_.stays(state));
    host_.end_sidecar();
  };
  lose_all();
  starts_as(by_gate_word());
  starts_as(by_gate_word());
  lose_all();
  remove_control();  // a first start now, which nobody has armed yet
  starts_as("UNARMED");
}

TEST_P(LatchedHost, SurvivesAJournalCutShort) {
  const std::size_t all = journal().size();
  const std::string one = host_.journals()[1];
  expect_closed(
      "one copy, half a record", [&] { write_file(one, journal().substr(0, all - 276)); },
      as_held());
  for (const std::size_t size : {std::size_t{0}, record - 1, all - record + 1, all - 1})
    expect_closed(
        std::to_string(size) + " bytes left", [&] { write_journals(journal().substr(0, size)); },
        in_doubt());
  // At the edges it is a whole journal of an earlier hour, which the latch file corrects.
  expect_closed(
      "its head", [&] { write_journals(journal().substr(0, record)); }, armed_anew());
  expect_closed(
      "all but the last", [&] { write_journals(journal().substr(0, all - record)); }, as_held());
}

TEST_P(LatchedHost, SurvivesAJournalCutShortBesideALostLatchFile) {
  for (const std::size_t size : {record, journal().size() - record, journal().size() - 276}) {
    SCOPED_TRACE(std::to_string(size) + " bytes left");
    put_back();
    write_journals(journal().substr(0, size));
    fs::remove(host_.latch());
    host_.start_sidecar();
    EXPECT_TRUE(host_.stays(by_gate_word()));
    host_.end_sidecar();
  }
}

TEST_P(LatchedHost, SurvivesBitsFlippedInTheLastThreeRecords) {
  for (std::size_t back = 1; back <= 3; ++back) {
    std::string bad = journal();
    char& byte = bad[bad.size() - back * record + 37 * back];
    byte = static_cast<char>(byte ^ (1 << back));
    const std::string which = "record " + std::to_string(back) + " from the end";
    expect_closed(
        which + " of one copy", [&] { write_file(host_.journals()[back % 2], bad); }, as_held());
    expect_closed(
        which + " of both", [&] { write_journals(bad); }, in_doubt());
  }
}

TEST_P(LatchedHost, SurvivesADiskThatIsFullAtTheStart) {
  host_.start_sidecar();
  host_.fill_disk();
  host_.end_sidecar();
  keep();
  const auto full = [this] { fill(host_.state()); };
  expect_closed("every file is there", full, as_held());
  expect_closed(
      "no latch file",
      [&] {
        fs::remove(host_.latch());
        full();
      },
      in_doubt());
  expect_closed(
      "no journal",
      [&] {
        remove_journals();
        full();
      },
      in_doubt());
}

std::string name_of(const ::testing::TestParamInfo<Held>& info) {
  return info.param == Held::killed ? "Killed" : "Halted";
}

INSTANTIATE_TEST_SUITE_P(Survival, LatchedHost, ::testing::Values(Held::killed, Held::halted),
                         name_of);

}  // namespace
}  // namespace outrider::testing
