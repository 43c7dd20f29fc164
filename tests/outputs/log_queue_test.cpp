// SPDX-License-Identifier: Apache-2.0
// A log whose reader stops: nobody who logs waits for it, what finds no room is
// counted, and what was kept comes when it reads again.
#include "outputs/log_queue.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <memory>
#include <sstream>

#include "outputs/log.hpp"

namespace outrider::outputs {
namespace {

using namespace std::chrono_literals;

/// A log file that is a pipe, of which the test is the reader.
class LogPipe : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/outrider-log-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    directory = name;
    config.file = directory + "/pipe";
    ASSERT_EQ(::mkfifo(config.file.c_str(), 0600), 0);
    ::signal(SIGPIPE, SIG_IGN);  // a writer that is stuck may outlive the pipe
    reader = ::open(config.file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ASSERT_GE(reader, 0);
  }
  void TearDown() override {
    ::close(reader);
    std::filesystem::remove_all(directory);
  }
  /// Reads until the log has nothing left to write.
  std::string read_all(const Log& log) const {
    std::string all;
    std::array<char, 65'536> piece{};
    for (bool is_written = false;;) {
      const ssize_t got = ::read(reader, piece.data(), piece.size());
      if (got > 0) all.append(piece.data(), static_cast<std::size_t>(got));
      if (got <= 0 && is_written) return all;
      if (got <= 0) is_written = log.flush(1ms);
    }
  }
  /// More than the pipe and the queue hold.
  static void say_too_much(Log& log) {
    for (std::size_t i = 0; i < 2 * LogQueue::capacity; ++i) {
      log.info("line " + std::to_string(i), {{"filler", std::string(100, 'x')}});
    }
  }

  std::string directory;
  config::LogConfig config;
  int reader = -1;
};

TEST_F(LogPipe, HoldsUpNobodyAndCountsWhatItDropsWhenNobodyReads) {
  Log log{config};
  say_too_much(log);  // would not end if it waited

  EXPECT_FALSE(log.flush(0ms));
  EXPECT_GT(log.dropped(), 0U);
  EXPECT_LT(log.dropped(), 2 * LogQueue::capacity);
  read_all(log);
}

TEST_F(LogPipe, GoesOnWhereItStoppedAndSaysHowMuchIsMissing) {
  Log log{config};
  say_too_much(log);
  std::string all = read_all(log);
  log.info("read again");
  all += read_all(log);

  std::uint64_t lines = 0;
  std::uint64_t told = 0;
  std::istringstream stream{all};
  for (std::string line; std::getline(stream, line);) {
    if (line.find("filler=") != std::string::npos) ++lines;
    const std::size_t count = line.find("the log is not read\" count=");
    if (count != std::string::npos) told += std::stoull(line.substr(line.rfind('=') + 1));
  }
  EXPECT_NE(all.find("read again"), std::string::npos);
  EXPECT_GT(told, 0U);
  EXPECT_EQ(told, log.dropped());
  EXPECT_EQ(lines + told, 2 * LogQueue::capacity);
}

TEST_F(LogPipe, IsChangedForAnotherFileWhileNobodyReads) {
  Log log{config};
  say_too_much(log);
  config::LogConfig next = config;
  next.file = directory + "/file";

  log.reconfigure(next);

  EXPECT_TRUE(std::filesystem::exists(next.file));
  read_all(log);
  log.info("to the file");
  EXPECT_TRUE(log.flush(10s));
  EXPECT_GT(std::filesystem::file_size(next.file), 0U);
}

TEST_F(LogPipe, EndsWithItsOwnerThoughNobodyReads) {
  auto log = std::make_unique<Log>(config);
  say_too_much(*log);

  log.reset();  // would not end if it waited for ever

  std::array<char, 65'536> piece{};
  EXPECT_GT(::read(reader, piece.data(), piece.size()), 0);
}

}  // namespace
}  // namespace outrider::outputs
