// SPDX-License-Identifier: Apache-2.0
// Probes that read files: real ones, as people and programs change them.
#include "probes/file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "probes/fixtures.hpp"
#include "probes/write_back.hpp"

namespace outrider::probes {
namespace {

struct FileProbe : ::testing::Test {
  test::TemporaryDirectory directory{"/tmp", "file"};
  const std::string path = directory.path() + "/.worktree";

  void write(const std::string& text) const { std::ofstream{path} << text; }
  [[nodiscard]] config::ProbeConfig config() const {
    config::ProbeConfig probe;
    probe.name = "p";
    probe.interval = 1h;
    probe.what =
        config::FileProbe{path,
                          {{"status",
                            "status",
                            {},
                            {{"complete", 0}, {"working", 1}, {"testing", 2}, {"blocked", 3}},
                            1},
                           {"test_status", "tests", {}, {{"passing", 1}, {"failing", 2}}, {}},
                           {"workers", "workers", {}, {}, {}}}};
    return probe;
  }
};

TEST_F(FileProbe, MapsWordsAndReadsNumbers) {
  write("status=\"testing\"\ntest_status='failing'\nworkers=4.5\n");
  ProbeRig rig{config()};
  ASSERT_TRUE(rig.run_once());

  EXPECT_EQ(rig.value("status"), 2);
  EXPECT_EQ(rig.value("tests"), 2);
  EXPECT_EQ(rig.value("workers"), 4.5);
  EXPECT_EQ(rig.value("outrider_probe_success"), 1);
}

TEST_F(FileProbe, HasOnlyWhatIsConfiguredForWhatIsNotThere) {
  ProbeRig rig{config()};
  ASSERT_TRUE(rig.run_once());
  EXPECT_EQ(rig.value("status"), 1);
  EXPECT_EQ(rig.value("tests"), std::nullopt);
  EXPECT_EQ(rig.value("outrider_probe_errors_total{probe=p,reason=missing}"), 1);

  write("status=sleeping\ntest_status=sleeping\nworkers=many\n");
  EXPECT_TRUE(rig.becomes("outrider_probe_success", 1));
  EXPECT_EQ(rig.value("status"), 1);
  EXPECT_EQ(rig.value("tests"), std::nullopt);
  EXPECT_EQ(rig.value("workers"), std::nullopt);
}

TEST_F(FileProbe, IsReadAgainWhenTheFileChangesAndNotAnHourLater) {
  write("status=working\n");
  ProbeRig rig{config()};
  ASSERT_TRUE(rig.becomes("status", 1));

  write("status=testing\n");
  EXPECT_TRUE(rig.becomes("status", 2));
  EXPECT_EQ(replace_file(path, "status=blocked\n"), "");
  EXPECT_TRUE(rig.becomes("status", 3));
  std::filesystem::remove(path);
  EXPECT_TRUE(rig.becomes("status", 1));
}

TEST_F(FileProbe, IsReadAtItsIntervalWhereNobodySaysThatItChanged) {
  config::ProbeConfig polled = config();
  polled.interval = 100ms;
  std::get<config::FileProbe>(polled.what).path = directory.path() + "/later/.worktree";
  ProbeRig rig{polled};
  ASSERT_TRUE(rig.run_once());

  std::filesystem::create_directory(directory.path() + "/later");
  std::ofstream{directory.path() + "/later/.worktree"} << "status=blocked\n";

  EXPECT_TRUE(rig.becomes("status", 3));
}

TEST_F(FileProbe, RefusesWhatIsNoFileAndWhatIsTooLong) {
  ::mkfifo(path.c_str(), 0600);
  ProbeRig pipe{config()};
  ASSERT_TRUE(pipe.run_once());
  EXPECT_EQ(pipe.value("outrider_probe_errors_total{probe=p,reason=bad_answer}"), 1);

  std::filesystem::remove(path);
  write("status=blocked\n" + std::string(65536, '\n'));
  ProbeRig endless{config()};
  ASSERT_TRUE(endless.run_once());
  EXPECT_EQ(endless.value("outrider_probe_errors_total{probe=p,reason=bad_answer}"), 1);
  EXPECT_EQ(endless.value("status"), 1);
}

struct WriteBackFile : FileProbe {
  std::string state = "TRADING";
  std::vector<std::string> said;
  WriteBack write_back{[this](const std::string& scope) { return scope == "global" ? state : ""; },
                       [this](const std::string& line) { said.push_back(line); }};

  void SetUp() override {
    write_back.configure(
        {{path, "status", "global", {{"HALTED", "blocked"}, {"TRADING", "working"}}}});
  }
};

TEST_F(WriteBackFile, HasTheWordOfTheStateAndKeepsTheRest) {
  write("# mine\nstatus='testing'\nowner=me\n");
  ::chmod(path.c_str(), 0640);

  state = "HALTED";
  EXPECT_TRUE(write_back.step());

  EXPECT_EQ(read_text(path), "# mine\nstatus=\"blocked\"\nowner=me\n");
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms{0640});
  state = "KILLED";  // no word for it
  write_back.step();
  EXPECT_EQ(read_text(path), "# mine\nstatus=\"blocked\"\nowner=me\n");
  EXPECT_TRUE(said.empty());
}

TEST_F(WriteBackFile, IsMadeWhereThereIsNoneAndLeftToOthersAfterwards) {
  write_back.step();
  EXPECT_EQ(read_text(path), "status=\"working\"\n");

  write("status=testing\n");  // a person's
  write_back.step();

  EXPECT_EQ(read_text(path), "status=testing\n");
}

TEST_F(WriteBackFile, IsTriedAgainUntilItCanBeWrittenAndToldOfOnce) {
  std::filesystem::create_directory(path);
  write_back.step();
  write_back.step();
  ASSERT_EQ(said.size(), 1U);

  std::filesystem::remove(path);
  write_back.step();

  EXPECT_EQ(read_text(path), "status=\"working\"\n");
}

TEST_F(WriteBackFile, IsNeverThereInPart) {
  write("status=testing\n");
  const std::string before = path + ".before";
  std::filesystem::create_hard_link(path, before);

  write_back.step();

  // Another file took its place: the one before was not written to.
  EXPECT_EQ(read_text(before), "status=testing\n");
  EXPECT_EQ(read_text(path), "status=\"working\"\n");
}

}  // namespace
}  // namespace outrider::probes
