// SPDX-License-Identifier: Apache-2.0
#include "outputs/log.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace outrider::outputs {
namespace {

using namespace std::chrono_literals;
using config::LogConfig;
using config::LogFormat;
using config::LogLevel;

class LogFile : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/outrider-log-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    directory = name;
    config.file = directory + "/sidecar.log";
  }
  void TearDown() override { std::filesystem::remove_all(directory); }

  static std::string text(const std::string& file) {
    std::ifstream stream{file};
    return {std::istreambuf_iterator<char>{stream}, {}};
  }
  /// What a log has written by now.
  std::string text(const Log& log) const {
    EXPECT_TRUE(log.flush(10s));
    return text(config.file);
  }
  std::size_t lines(const Log& log) const {
    const std::string all = text(log);
    return static_cast<std::size_t>(std::count(all.begin(), all.end(), '\n'));
  }

  std::string directory;
  LogConfig config;
};

TEST(LogLine, IsLogfmtThatCannotBeBroken) {
  EXPECT_EQ(logfmt_line(LogLevel::info, "started", {}, 0), "level=info msg=started");
  EXPECT_EQ(
      logfmt_line(LogLevel::warn, "segment refused",
                  {{"producer", "a b"}, {"reason", "say \"x\"\nlevel=info"}, {"none", ""}}, 3),
      "level=warn msg=\"segment refused\" producer=\"a b\" "
      "reason=\"say \\\"x\\\"\\nlevel=info\" none=\"\" repeated=3");
  EXPECT_EQ(logfmt_line(LogLevel::error, "a\033[2Jb", {}, 0), "level=error msg=\"a [2Jb\"");
}

TEST(LogLine, IsJsonThatCannotBeBroken) {
  const std::string line = json_line(LogLevel::warn, "say \"x\"\n", {{"producer", "\xff"}}, 2);

  const auto json = nlohmann::json::parse('{' + line + '}');

  EXPECT_EQ(json["level"], "warn");
  EXPECT_EQ(json["msg"], "say \"x\"\n");
  EXPECT_EQ(json["producer"], "\uFFFD");
  EXPECT_EQ(json["repeated"], 2);
}

TEST_F(LogFile, HasALineAnEventWithItsTimeInUtc) {
  Log log{config};

  log.info("{started}", {{"port", "9717"}});

  std::string line = text(log);
  for (std::size_t i = 0; i < std::min<std::size_t>(line.size(), 27); ++i) {
    if (line[i] >= '0' && line[i] <= '9') line[i] = '9';
  }
  EXPECT_EQ(line, "ts=9999-99-99T99:99:99.999Z level=info msg={started} port=9717\n");
}

TEST_F(LogFile, IsJsonOnRequest) {
  config.format = LogFormat::json;
  Log log{config};

  log.info("started", {{"port", "9717"}});

  const auto json = nlohmann::json::parse(text(log));
  EXPECT_EQ(json["msg"], "started");
  EXPECT_EQ(json["port"], "9717");
  EXPECT_EQ(json["ts"].get<std::string>().size(), 24u);
}

TEST_F(LogFile, LeavesOutWhatIsBelowItsLevel) {
  config.level = LogLevel::warn;
  Log log{config};

  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");

  EXPECT_EQ(lines(log), 2u);
}

TEST_F(LogFile, HoldsBackAWarningThatRepeats) {
  Log log{config};

  for (int i = 0; i < 1000; ++i) log.warn("ring quarantined", {{"lane", "3"}});
  log.warn("ring quarantined", {{"lane", "4"}});

  EXPECT_EQ(lines(log), 2u);
}

TEST_F(LogFile, IsOpenedAgainAfterItWasMovedAway) {
  Log log{config};
  log.info("before");
  std::filesystem::rename(config.file, config.file + ".1");

  log.reconfigure(config);
  log.info("after");

  EXPECT_EQ(text(log).find("before"), std::string::npos);
  EXPECT_NE(text(log).find("after"), std::string::npos);
  EXPECT_NE(text(config.file + ".1").find("before"), std::string::npos);
}

TEST_F(LogFile, IsKeptWhenTheNextOneCannotBeOpened) {
  Log log{config};
  LogConfig next = config;
  next.file = "/proc/no/such/file";
  next.format = LogFormat::json;

  log.reconfigure(next);
  log.info("still here");

  EXPECT_NE(text(log).find("level=error msg=\"log file not opened"), std::string::npos);
  EXPECT_NE(text(log).find("level=info msg=\"still here\""), std::string::npos);
}

TEST_F(LogFile, IsWrittenWholeWhenItsOwnerGoes) {
  {
    Log log{config};
    for (int i = 0; i < 1000; ++i) log.info("line " + std::to_string(i));
  }
  EXPECT_NE(text(config.file).find("line 999"), std::string::npos);
}

TEST_F(LogFile, RefusesToStartWithoutItsFile) {
  config.file = "/proc/no/such/file";

  EXPECT_THROW(Log{config}, std::runtime_error);
}

TEST(Log, GoesToStandardErrorByDefault) {
  ::testing::internal::CaptureStderr();
  Log log{LogConfig{}};

  log.info("started");
  EXPECT_TRUE(log.flush(10s));

  EXPECT_NE(::testing::internal::GetCapturedStderr().find("level=info msg=started\n"),
            std::string::npos);
}

}  // namespace
}  // namespace outrider::outputs
