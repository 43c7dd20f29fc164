// SPDX-License-Identifier: Apache-2.0
// `outrider dump` of real traders' segments: one that was killed, one that runs, and
// files that are none.
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/program.hpp"
#include "cli/recording_trader.hpp"

namespace outrider::cli {
namespace {

using nlohmann::json;

struct DumpCommand : CommandLine {
  json dumped(const std::string& arguments = "gateway-1") const {
    const Said said = run("dump --json " + arguments);
    EXPECT_EQ(said.code, 0) << said.out;
    return json::parse(said.out).at(0);
  }
  static json series(const json& dump, const std::string& name) {
    for (const json& each : dump.at("series")) {
      if (each.at("name") == name) return each;
    }
    return {};
  }
  std::string file(int generation = 1) const {
    return directory + "/t/gateway-1." + std::to_string(generation) + ".telemetry";
  }
};

TEST_F(DumpCommand, ShowsAllThatATraderHadRecordedWhenItWasKilled) {
  RecordingTrader trader(directory);
  trader.record(100);
  trader.kill_now();

  const json dump = dumped();

  EXPECT_EQ(dump.at("state"), "dead");
  EXPECT_EQ(dump.at("totals").at("recorded"), 100);
  EXPECT_EQ(dump.at("totals").at("taken"), 0);
  EXPECT_EQ(dump.at("totals").at("in_ring"), 100);
  EXPECT_EQ(series(dump, "orders_total").at("value"), 100);
  EXPECT_EQ(series(dump, "orders_total").at("labels").at("venue"), "binance");
  EXPECT_EQ(series(dump, "equity_usd").at("value"), 1234.5);
  EXPECT_EQ(dump.at("gates").at(0).at("state"), "UNARMED");
  ASSERT_EQ(dump.at("samples").size(), 100U);
  EXPECT_DOUBLE_EQ(dump.at("samples").at(99).at("value"), 100e-6);
  EXPECT_EQ(dump.at("samples").at(0).at("series"), "order_send_seconds");
  EXPECT_LE(dump.at("samples").at(0).at("monotonic_ns"),
            dump.at("samples").at(99).at("monotonic_ns"));
}

TEST_F(DumpCommand, KeepsTheLawWhenMostWasSpilled) {
  RecordingTrader trader(directory);
  trader.record(1000);

  const json dump = dumped();
  const json spilled = series(dump, "order_send_seconds").at("spilled");

  EXPECT_EQ(dump.at("totals").at("recorded"), 1000);
  EXPECT_EQ(dump.at("totals").at("in_ring"), RecordingTrader::ring_capacity);
  EXPECT_EQ(dump.at("totals").at("spilled"), 1000 - RecordingTrader::ring_capacity);
  EXPECT_EQ(dump.at("samples").size(), std::size_t{RecordingTrader::ring_capacity});
  std::uint64_t in_buckets = 0;
  for (const json& bucket : spilled.at("buckets"))
    in_buckets += bucket.at("count").get<std::uint64_t>();
  EXPECT_EQ(in_buckets, dump.at("totals").at("spilled"));
  // 257 us to 1000 us.
  EXPECT_NEAR(spilled.at("sum").get<double>(), (1000 * 1001 - 256 * 257) / 2 * 1e-6, 1e-9);
}

TEST_F(DumpCommand, LeavesOutWhatASidecarHasTaken) {
  RecordingTrader trader(directory);
  trader.record(100);
  TakenSamples(directory).set(60);

  const json dump = dumped();

  EXPECT_EQ(dump.at("totals").at("taken"), 60);
  EXPECT_EQ(dump.at("totals").at("in_ring"), 40);
  ASSERT_EQ(dump.at("samples").size(), 40U);
  EXPECT_DOUBLE_EQ(dump.at("samples").at(0).at("value"), 61e-6);
}

TEST_F(DumpCommand, DoesNotBelieveAPositionThatCannotBe) {
  RecordingTrader trader(directory);
  trader.record(100);
  TakenSamples(directory).set(101);

  const json dump = dumped();

  EXPECT_EQ(dump.at("totals").at("impossible_lanes"), 1);
  EXPECT_TRUE(dump.at("samples").empty());
  EXPECT_TRUE(contains(dump.at("problems").at(0), "lane 0: found its next sample 100"));
}

TEST_F(DumpCommand, WritesCsvThatASpreadsheetReads) {
  RecordingTrader trader(directory);
  trader.record(300);
  trader.kill_now();

  const Said said = run("dump --format csv");

  EXPECT_EQ(said.code, 0);
  EXPECT_TRUE(
      said.out.starts_with("producer,generation,record,series,lane,time,value,count,note\r\n"));
  EXPECT_TRUE(contains(said.out, "gateway-1,1,total,in_ring,,,,256,\r\n"));
  EXPECT_TRUE(contains(
      said.out, "gateway-1,1,series,\"orders_total{venue=\"\"binance\"\"}\",,,300,,counter\r\n"));
  EXPECT_TRUE(contains(said.out, "gateway-1,1,gate,orders,,,,,UNARMED: no sidecar has seen"));
  EXPECT_TRUE(contains(said.out, ",sample,order_send_seconds,0,20")) << said.out;
  // Samples, and 25 buckets of 2 us that the last 44 are in.
  EXPECT_EQ(std::count(said.out.begin(), said.out.end(), '\n'), 1 + 7 + 1 + 3 + 256 + 25);
}

TEST_F(DumpCommand, ReadsACopyOfAFileAndSaysWhatThatCannotTell) {
  RecordingTrader trader(directory);
  trader.record(10);
  std::filesystem::copy_file(file(), own.file("copy.telemetry"));

  const json dump = dumped(own.file("copy.telemetry"));

  EXPECT_EQ(dump.at("producer"), "gateway-1");
  EXPECT_TRUE(dump.at("totals").at("taken").is_null());
  EXPECT_EQ(dump.at("samples").size(), 10U);
  EXPECT_EQ(dumped(file()).at("totals").at("taken"), 0);
}

TEST_F(DumpCommand, RefusesAFileThatIsNoSegment) {
  protection::write_bytes(own.file("nonsense"), std::string(5000, 'x'));
  const Said nonsense = run("dump " + own.file("nonsense"));
  EXPECT_EQ(nonsense.code, 2);
  EXPECT_TRUE(contains(nonsense.out, "found other first eight bytes than OUTRDRT1"))
      << nonsense.out;

  { RecordingTrader trader(directory); }
  std::filesystem::resize_file(file(), 5000);
  const Said cut = run("dump gateway-1");
  EXPECT_EQ(cut.code, 2);
  EXPECT_TRUE(contains(cut.out, "found 5000 bytes; needed ")) << cut.out;
}

TEST_F(DumpCommand, SaysWhatThereIsWhereItLookedInVain) {
  EXPECT_EQ(run("dump").code, 4);
  EXPECT_EQ(run("dump /absent/file").code, 4);
  const RecordingTrader trader(directory);

  const Said said = run("dump gateway-2");

  EXPECT_EQ(said.code, 4);
  EXPECT_TRUE(contains(said.out, "found no segment of gateway-2 in ")) << said.out;
  EXPECT_TRUE(contains(said.out, "there are: gateway-1")) << said.out;
  EXPECT_EQ(run("dump --format xml").code, 2);
}

}  // namespace
}  // namespace outrider::cli
