// SPDX-License-Identifier: Apache-2.0
// `outrider dump` of recordings that somebody has sent and nobody has made.
#include <filesystem>
#include <outrider/producer.hpp>
#include <random>

#include "cli/flight_dump.hpp"
#include "cli/recording_trader.hpp"
#include "flight/recorded_host.hpp"

namespace outrider::testing {
namespace {

/// A recording with one segment; the sidecar that made it is gone.
class HostileRecording : public ::testing::Test {
 protected:
  HostileRecording() {
    cli::RecordingTrader trader{host_.sidecar.segments()};
    trader.record(100);
    EXPECT_TRUE(host_.gate_becomes("TRADING")) << host_.sidecar.log();
    EXPECT_EQ(host_.kill(), 0);
    EXPECT_TRUE(host_.has_recordings(1)) << host_.sidecar.log();
    host_.sidecar.process().kill_now();
    path_ = host_.directory + '/' + host_.recordings().at(0);
  }
  int dump(const std::string& more = "") { return host_.dump(path_ + more, said_); }
  bool says(const std::string& part) const { return said_.find(part) != std::string::npos; }
  void write_json(const nlohmann::json& json) { write_file(json_, json.dump()); }

  RecordedHost host_{"interval: 1h"};
  std::string path_;
  std::string said_;
  std::string json_ = {};
  void SetUp() override { json_ = path_ + "/recording.json"; }
};

TEST_F(HostileRecording, IsRefusedWithWhatWasFound) {
  const std::string good = read_file(json_);
  EXPECT_EQ(dump(), 0) << said_;
  write_file(json_, good.substr(0, good.size() / 2));
  EXPECT_EQ(dump(), 2);
  EXPECT_TRUE(says("found no JSON of a recording")) << said_;
  auto other = nlohmann::json::parse(good);
  other["recording"] = 99;
  write_json(other);
  EXPECT_EQ(dump(), 2);
  EXPECT_TRUE(says("found form 99; needed 1")) << said_;
  write_file(json_, "[]");
  EXPECT_EQ(dump(), 2);
  std::filesystem::remove(json_);
  EXPECT_EQ(dump(), 4);
  EXPECT_TRUE(says("recording.json: found No such file")) << said_;
  std::filesystem::create_symlink("/etc/hostname", json_);
  EXPECT_EQ(dump(), 2);
}

TEST_F(HostileRecording, IsReadHoweverDeepItIs) {
  constexpr std::size_t deep = 1'000'000;
  write_file(json_, R"({"recording":1,"trips":[{"scope":"global","reason":)" +
                        std::string(deep, '[') + std::string(deep, ']') + "}]}");
  EXPECT_EQ(dump(), 0) << said_;
  EXPECT_TRUE(says("global")) << said_;
}

TEST_F(HostileRecording, IsBelievedAsFarAsItsShapeGoes) {
  auto json = nlohmann::json::parse(read_file(json_));
  json["trips"] = {{{"time", 7}, {"scope", "\033[31mred"}, {"rule", nlohmann::json::array()}}, 8};
  json["segments"][0]["lanes"] = {{{"from", 1'000'000}}};
  json["status"]["gates"] = {{{"producer", "gateway-1"}, {"gate", "orders"}, {"state", "OPEN"}}};
  json["status"]["external_labels"] = {{"env\n", "x\ny"}};
  json["series"] = 5;
  json["clock"]["wall_ns"] = "soon";
  json["problems"] = {3, "a\nline"};
  write_json(json);

  EXPECT_EQ(dump(), 0) << said_;

  EXPECT_TRUE(says("?[31mred")) << said_;
  EXPECT_TRUE(says("labels env?=x?y")) << said_;
  EXPECT_TRUE(says("missing: a?line")) << said_;
  EXPECT_TRUE(says("the oldest that is whole 1000000")) << said_;
  EXPECT_TRUE(says("the recording does not say")) << said_;
  EXPECT_EQ(dump(" gateway-1 --json"), 0) << said_;
}

TEST_F(HostileRecording, WithASegmentThatIsNoneShowsTheOthers) {
  const std::string segments = path_ + "/segments/";
  std::filesystem::copy_file(segments + "gateway-1.1.telemetry", segments + "other.1.telemetry");
  std::filesystem::resize_file(segments + "gateway-1.1.telemetry", 5000);
  std::filesystem::create_symlink("/etc/passwd", segments + "linked.1.telemetry");

  EXPECT_EQ(dump(), 2);

  EXPECT_TRUE(says("found 5000 bytes; needed ")) << said_;
  EXPECT_TRUE(says("found a symbolic link")) << said_;
  EXPECT_TRUE(says("these and 90 before them")) << said_;
}

// Whatever is in it, it is refused or shown.
TEST_F(HostileRecording, EndsNoReaderWithAnyByteChanged) {
  const std::string good = read_file(json_);
  std::mt19937 random{20261122};
  for (int i = 0; i < 1000; ++i) {
    std::string bad = good;
    for (int flips = 0; flips < 1 + i % 4; ++flips)
      bad[random() % bad.size()] = static_cast<char>("0{}[]\",:\\\x1b-e9\xff"[random() % 15]);
    write_file(json_, bad);
    std::string why;
    const auto recording = cli::read_recording(path_, why);
    EXPECT_EQ(recording.has_value(), why.empty());
    if (!recording) continue;
    const std::string text = cli::flight_text(*recording) + cli::flight_csv(*recording);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
  }
}

}  // namespace
}  // namespace outrider::testing
