// SPDX-License-Identifier: Apache-2.0
// Interval logs of real sidecars and traders, read by HdrHistogram of Java and of JavaScript.
#include <gtest/gtest.h>
#include <signal.h>

#include <sstream>
#include <thread>

#include "cli/recording_trader.hpp"
#include "outrider/shm/hdr.hpp"
#include "process/harness.hpp"
#include "process/ledger.hpp"

namespace outrider::testing {
namespace {

const std::string here = std::string{OUTRIDER_SOURCE_DIR} + "/tests/hdr_log/";

/// An interval as a reader has it.
struct Line {
  std::string tag;
  std::uint64_t count = 0;
  std::vector<std::uint64_t> values;  ///< 50, 90, 99, 99.9, 100 percent
  std::uint64_t begin_ms = 0;
  std::uint64_t end_ms = 0;
};

std::string read_by_java(const std::string& log) {
  std::string text;
  const int code =
      run("java -cp /usr/share/java/hdrhistogram.jar " + here + "ReadLog.java " + log, &text);
  EXPECT_EQ(code, 0) << text;
  return text;
}

std::string read_by_javascript(const std::string& log) {
  std::string text;
  EXPECT_EQ(run("node " + here + "read_log.mjs " + log, &text), 0)
      << text << "\ntools/install_packages.sh installs its reader";
  return text;
}

std::vector<Line> lines_of(const std::string& text) {
  std::vector<Line> lines;
  std::istringstream rows{text};
  for (std::string row; std::getline(rows, row);) {
    std::istringstream words{row};
    Line line;
    line.values.resize(5);
    words >> line.tag >> line.count;
    for (std::uint64_t& value : line.values) words >> value;
    words >> line.begin_ms >> line.end_ms;
    EXPECT_FALSE(words.fail()) << row;
    lines.push_back(line);
  }
  return lines;
}

std::uint64_t count_of(const std::vector<Line>& lines, const std::string& tag) {
  std::uint64_t count = 0;
  for (const Line& line : lines) count += line.tag == tag ? line.count : 0;
  return count;
}

/// What a percentile of 1 us, 2 us, ... `samples` us is at our precision.
std::uint64_t expected(double quantile, std::uint64_t samples) {
  const shm::BucketLayout layout{2};
  return layout.highest(layout.index(shm::quantile_rank(quantile, samples) * 1000));
}

constexpr const char* tag = "order_send_seconds{producer=gateway-1}";

struct IntervalLog : ::testing::Test {
  TempDirectory place;
  std::string log = place.path() + "/latency.hlog";
};

TEST_F(IntervalLog, IsReadByJavaAndJavaScriptWithThePercentilesOfWhatWasRecorded) {
  SidecarProcess sidecar{place.path(), {"--hdr-log.file=" + log, "--hdr-log.interval=300ms"}};
  cli::RecordingTrader trader{sidecar.segments()};
  constexpr std::uint64_t samples = 10'000;  // of which a ring of 256 spills most
  trader.record(samples);
  ASSERT_TRUE(eventually([&] {
    return sidecar.metric("order_send_seconds_count{producer=\"gateway-1\"}") == double{samples};
  })) << sidecar.log();
  sidecar.process().signal(SIGTERM);
  EXPECT_EQ(sidecar.process().wait(), 0);

  const std::string by_java = read_by_java(log);
  EXPECT_EQ(by_java, read_by_javascript(log));
  EXPECT_EQ(count_of(lines_of(by_java), tag), samples);

  // All of it as one interval, from the files alone.
  std::string total;
  EXPECT_EQ(sidecar.outrider("hlog --total > " + log + ".total", &total), 0) << total;
  const auto lines = lines_of(read_by_java(log + ".total"));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].tag, tag);
  EXPECT_EQ(lines[0].count, samples);
  EXPECT_EQ(lines[0].values,
            (std::vector{expected(0.5, samples), expected(0.9, samples), expected(0.99, samples),
                         expected(0.999, samples), expected(1, samples)}));
}

TEST_F(IntervalLog, HasEachCallInOneIntervalWhoeverIsKilled) {
  SidecarProcess sidecar{place.path()};
  const std::string ledger_path = place.path() + "/ledger";
  open_ledger(ledger_path);
  const auto start_trader = [&] {
    return Process{{OUTRIDER_BIN_DIR "/ledger_trader", sidecar.segments(), "trader", ledger_path},
                   place.path() + "/trader.log"};
  };
  Process hlog{{OUTRIDER_BIN_DIR "/outrider", "--segment.dir=" + sidecar.segments(), "hlog",
                "--interval=100ms", "--out=" + log, "--series=ledger_seconds"},
               place.path() + "/hlog.log"};
  ASSERT_TRUE(eventually([&] { return !read_file(log).empty(); }));  // it has looked first
  Process trader = start_trader();
  const auto metric = [&](const std::string& name) {
    return sidecar.metric(name + "{producer=\"trader\"}").value_or(-1);
  };
  const auto lasts = [&](double samples) {
    return eventually([&] { return metric("ledger_seconds_count") > samples; });
  };
  ASSERT_TRUE(lasts(1000)) << sidecar.log();

  sidecar.process().kill_now();
  sidecar.start();
  ASSERT_TRUE(lasts(metric("ledger_seconds_count") + 1000)) << sidecar.log();
  trader.kill_now();
  trader = start_trader();
  ASSERT_TRUE(lasts(metric("ledger_seconds_count") + 1000)) << sidecar.log();
  sidecar.process().signal(SIGSTOP);  // so that much is spilled
  std::this_thread::sleep_for(std::chrono::milliseconds{300});
  trader.kill_now();
  sidecar.process().kill_now();
  sidecar.start();
  ASSERT_TRUE(eventually([&] {
    return metric("outrider_samples_in_ring") == 0 &&
           sidecar.metric("outrider_producer_state{producer=\"trader\",state=\"ended\"}") != 0;
  })) << sidecar.log();

  const std::string series = "ledger_seconds{producer=trader}";
  EXPECT_TRUE(eventually([&] {
    return metric("outrider_samples_recorded_total") > 3000 &&
           static_cast<double>(count_of(lines_of(read_by_javascript(log)), series)) ==
               metric("outrider_samples_recorded_total");
  })) << count_of(lines_of(read_by_javascript(log)), series)
      << " in the log, " << metric("outrider_samples_recorded_total") << " recorded";
  hlog.signal(SIGINT);
  EXPECT_EQ(hlog.wait(), 0) << read_file(place.path() + "/hlog.log");
  const auto lines = lines_of(read_by_java(log));
  for (std::size_t i = 1; i < lines.size(); ++i)
    EXPECT_GE(lines[i].begin_ms + 20, lines[i - 1].end_ms);
}

TEST_F(IntervalLog, SaysWhatIsWrongWithItsOptions) {
  const std::string segments = make_segment_directory(place.path());
  const auto hlog = [&](const std::string& arguments, std::string& said) {
    said.clear();
    return run(
        OUTRIDER_BIN_DIR "/outrider --segment.dir " + segments + " hlog " + arguments + " 2>&1",
        &said);
  };
  std::string said;
  EXPECT_EQ(hlog("--interval 1ms", said), 2);
  EXPECT_EQ(said, "outrider: --interval: found 1ms; needed a time from 100ms to 1d, such as 1s\n");
  EXPECT_EQ(hlog("--max-bytes 10", said), 2);
  EXPECT_EQ(said, "outrider: --max-bytes: found 10; needed at least 4096\n");
  EXPECT_EQ(hlog("--series 1+1", said), 2);
  EXPECT_EQ(hlog("--count 1 --out " + place.path() + "/missing/x", said), 1);
  EXPECT_NE(said.find("/missing/x: found No such file or directory; needed"), std::string::npos);
  EXPECT_EQ(run(OUTRIDER_BIN_DIR "/outrider --segment.dir /nowhere hlog", &said), 4);
}

}  // namespace
}  // namespace outrider::testing
