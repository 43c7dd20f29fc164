// SPDX-License-Identifier: Apache-2.0
// log.file has an end: at log.max-bytes it is moved to FILE.1, and nothing that
// fails on the way costs a line.
#include "outputs/log_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "outputs/log.hpp"
#include "temporary_directory.hpp"

namespace outrider::outputs {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class LogRotation : public ::testing::Test {
 protected:
  LogRotation() {
    config.file = directory.path() + "/log";
    config.max_bytes = 4096;
  }

  static std::vector<std::string> lines(const std::string& file) {
    std::vector<std::string> found;
    std::ifstream stream{file};
    for (std::string line; std::getline(stream, line);) found.push_back(line);
    return found;
  }
  std::vector<std::string> older() const { return lines(config.file + ".1"); }
  std::vector<std::string> newer() const { return lines(config.file); }

  static void write(Log& log, int from, int to) {
    for (int i = from; i < to; ++i) log.info("line", {{"number", std::to_string(i)}});
    ASSERT_TRUE(log.flush(10s));
  }
  /// The numbers in the lines follow each other, up to `last`.
  static void expect_whole(const std::vector<std::string>& all, int last) {
    int number = last - static_cast<int>(all.size());
    for (const std::string& line : all) {
      EXPECT_TRUE(line.ends_with("msg=line number=" + std::to_string(++number))) << line;
    }
    EXPECT_EQ(number, last);
  }

  test::TemporaryDirectory directory{"/tmp", "log"};
  config::LogConfig config;
};

TEST_F(LogRotation, KeepsTwoFilesWithinTheLimitAndEveryLineOfTheEnd) {
  Log log{config};

  write(log, 0, 1000);

  EXPECT_LE(fs::file_size(config.file), config.max_bytes);
  EXPECT_LE(fs::file_size(config.file + ".1"), config.max_bytes);
  EXPECT_GT(fs::file_size(config.file + ".1"), config.max_bytes - 100);
  EXPECT_FALSE(fs::exists(config.file + ".2"));
  std::vector<std::string> all = older();
  for (const std::string& line : newer()) all.push_back(line);
  expect_whole(all, 999);
}

TEST_F(LogRotation, CountsWhatWasThereBeforeTheStart) {
  std::ofstream{config.file} << std::string(4090, 'x') << '\n';
  Log log{config};

  write(log, 0, 1);

  EXPECT_EQ(older().size(), 1U);
  expect_whole(newer(), 0);
}

TEST_F(LogRotation, LosesNoLineAndSaysItOnceWhenTheFileCannotBeMoved) {
  fs::create_directories(config.file + ".1/in/the/way");
  Log log{config};

  write(log, 0, 1000);

  std::vector<std::string> all = newer();
  const auto removed = std::erase_if(
      all, [](const std::string& line) { return line.find("level=warn") != std::string::npos; });
  EXPECT_EQ(removed, 1U);
  expect_whole(all, 999);
  EXPECT_EQ(all.size(), 1000U);
}

TEST_F(LogRotation, BeginsAtItsPathWhenSomebodyMovedTheFileAway) {
  Log log{config};
  write(log, 0, 10);
  fs::rename(config.file, config.file + ".mine");

  write(log, 10, 100);

  EXPECT_LE(fs::file_size(config.file + ".mine"), config.max_bytes);
  EXPECT_FALSE(fs::exists(config.file + ".1"));
  std::vector<std::string> all = lines(config.file + ".mine");
  for (const std::string& line : newer()) all.push_back(line);
  expect_whole(all, 99);
  EXPECT_EQ(all.size(), 100U);
}

TEST_F(LogRotation, LeavesWhatIsNoFileAlone) {
  ASSERT_EQ(::mkfifo(config.file.c_str(), 0600), 0);
  const int reader = ::open(config.file.c_str(), O_RDWR | O_CLOEXEC);
  Log log{config};

  write(log, 0, 200);

  EXPECT_TRUE(fs::is_fifo(config.file));
  EXPECT_FALSE(fs::exists(config.file + ".1"));
  ::close(reader);
}

}  // namespace
}  // namespace outrider::outputs
