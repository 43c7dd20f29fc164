// SPDX-License-Identifier: Apache-2.0
// `outrider tail` beside real traders and a real sidecar, whose counts stay what they are.
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/program.hpp"
#include "cli/recording_trader.hpp"
#include "process/harness.hpp"

namespace outrider::cli {
namespace {

using nlohmann::json;
using outrider::testing::eventually;
using outrider::testing::read_file;

/// The program in the background, and what it has said so far.
struct Tailing {
  Tailing(const outrider::testing::TempDirectory& place, const std::string& segments,
          std::vector<std::string> options = {})
      : log{place.path() + "/tail.log"} {
    std::vector<std::string> command{OUTRIDER_BIN_DIR "/outrider", "--segment.dir=" + segments,
                                     "tail", "--json"};
    command.insert(command.end(), options.begin(), options.end());
    process = outrider::testing::Process{command, log};
  }
  std::vector<json> events(const std::string& kind) const {
    std::vector<json> found;
    std::istringstream lines(read_file(log));
    for (std::string line; std::getline(lines, line);) {
      json event = json::parse(line, nullptr, false);
      if (event.is_object() && event.at("event") == kind) found.push_back(std::move(event));
    }
    return found;
  }
  std::uint64_t sum(const std::string& kind) const {
    std::uint64_t samples = 0;
    for (const json& event : events(kind)) samples += event.at("samples").get<std::uint64_t>();
    return samples;
  }

  std::string log;
  outrider::testing::Process process;
};

struct TailCommand : CommandLine {
  outrider::testing::TempDirectory place;
};

TEST_F(TailCommand, ShowsEachSampleThatComesWithoutASidecarAndWithTheTraderItselfKilled) {
  RecordingTrader trader(directory);
  trader.record(7);
  Tailing tail(place, directory);
  ASSERT_TRUE(eventually([&] { return tail.events("began").size() == 1; })) << read_file(tail.log);

  trader.record(100);
  trader.kill_now();

  EXPECT_TRUE(eventually([&] { return tail.events("ended").size() == 1; })) << read_file(tail.log);
  const auto samples = tail.events("sample");
  ASSERT_EQ(samples.size(), 100U) << "the seven from before it began are not shown";
  EXPECT_EQ(samples[99].at("series"), "order_send_seconds");
  EXPECT_EQ(samples[99].at("lane"), "main");
  EXPECT_DOUBLE_EQ(samples[99].at("value"), 100e-6);

  // Its name begins anew: from its first sample on.
  RecordingTrader next(directory);
  next.record(5);
  EXPECT_TRUE(eventually([&] { return tail.events("sample").size() == 105; }));
  EXPECT_EQ(tail.events("sample").back().at("generation"), 2);
  tail.process.signal(SIGINT);
  EXPECT_EQ(tail.process.wait(), 0);
}

TEST_F(TailCommand, TakesNothingFromTheSidecar) {
  outrider::testing::SidecarProcess sidecar{place.path()};
  RecordingTrader trader(sidecar.segments());
  Tailing tail(place, sidecar.segments());
  ASSERT_TRUE(eventually([&] { return tail.events("began").size() == 1; })) << read_file(tail.log);

  for (int i = 0; i < 100; ++i) trader.record(100);

  EXPECT_TRUE(eventually([&] {
    return sidecar.metric("order_send_seconds_count{producer=\"gateway-1\"}") == 10'000;
  }));
  const auto told = [&] {
    return tail.events("sample").size() + tail.sum("missed") + tail.sum("spilled");
  };
  EXPECT_TRUE(eventually([&] { return told() == 10'000; })) << told();
  EXPECT_GT(tail.events("sample").size(), 0U);
}

TEST_F(TailCommand, SaysHowManyWentToSpill) {
  RecordingTrader trader(directory);
  Tailing tail(place, directory);
  ASSERT_TRUE(eventually([&] { return tail.events("began").size() == 1; })) << read_file(tail.log);

  trader.record(1000);

  EXPECT_TRUE(eventually([&] { return tail.sum("spilled") == 1000 - 256; })) << read_file(tail.log);
  EXPECT_TRUE(eventually([&] { return tail.events("sample").size() == 256; }));
}

TEST_F(TailCommand, ShowsWhatASelectorSelectsAndEndsAfterACount) {
  RecordingTrader trader(directory);
  RecordingTrader other(directory, "gateway-2");
  Tailing tail(place, directory,
               {"--series={__name__=~\"order_.*\",producer=\"gateway-2\"}", "--count=3"});
  ASSERT_TRUE(eventually([&] { return tail.events("began").size() == 2; })) << read_file(tail.log);

  trader.record(50);
  other.record(50);

  EXPECT_EQ(tail.process.wait(), 0);
  const auto samples = tail.events("sample");
  ASSERT_EQ(samples.size(), 3U);
  for (const json& each : samples) EXPECT_EQ(each.at("producer"), "gateway-2");
}

TEST_F(TailCommand, OutlivesASegmentThatIsCutShortWhileItLooks) {
  RecordingTrader trader(directory);
  Tailing tail(place, directory);
  ASSERT_TRUE(eventually([&] { return tail.events("began").size() == 1; })) << read_file(tail.log);

  std::filesystem::resize_file(shm::telemetry_path(directory, "gateway-1", 1), 5000);

  EXPECT_TRUE(eventually([&] { return !tail.events("damaged").empty(); })) << read_file(tail.log);
  RecordingTrader other(directory, "gateway-2");
  other.record(5);
  EXPECT_TRUE(eventually([&] { return tail.events("sample").size() == 5; })) << read_file(tail.log);
}

TEST_F(TailCommand, RefusesWhatIsNoSelectorAndADirectoryThatIsNotThere) {
  for (const char* text : {"rate(x[5m])", "x offset 5m", "x{", "3"}) {
    const Said said = run(std::string("tail --series '") + text + "'");
    EXPECT_EQ(said.code, 2) << text;
    EXPECT_TRUE(contains(said.out, "needed a selector such as")) << said.out;
  }
  EXPECT_EQ(run_program("--segment.dir " + directory + "/absent tail").code, 4);
}

}  // namespace
}  // namespace outrider::cli
