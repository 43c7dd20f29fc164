// SPDX-License-Identifier: Apache-2.0
// Recordings of real sidecars, with traders in this very process and in others.
#include <signal.h>

#include <outrider/producer.hpp>
#include <sstream>

#include "cli/recording_trader.hpp"
#include "flight/recorded_host.hpp"

namespace outrider::testing {
namespace {

using namespace std::chrono_literals;

struct Trader {
  explicit Trader(const std::string& segments, const std::string& name = "gateway-1")
      : producer{{.name = name, .directory = segments}} {}

  Producer producer;
  Writer writer = producer.writer("main");
  Histogram latency = writer.histogram("order_seconds", "Order", {.unit = Unit::nanoseconds()});
  Gauge pnl = writer.gauge("pnl_dollars", "P&L");
  Gate gate = producer.gate("orders", {{"venue", "binance"}});
};

bool trades(const Gate& gate) {
  return eventually([&] { return gate.state() == GateState::trading; });
}

/// The values of the samples of one series, in the order of the CSV.
std::vector<std::string> samples_of(const std::string& csv, const std::string& series) {
  std::vector<std::string> values;
  std::istringstream lines{csv};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.find(",sample," + series + ',');
    if (at == std::string::npos) continue;
    std::istringstream fields{line.substr(at + 9 + series.size())};
    std::string lane;
    std::string time;
    std::getline(std::getline(fields, lane, ','), time, ',');
    EXPECT_EQ(time.size(), 24U) << line;
    std::getline(fields, values.emplace_back(), ',');
  }
  return values;
}

TEST(FlightRecorder, HasTheTradersLastSamplesOnceAndInOrder) {
  const RecordedHost host{"interval: 1h"};
  Trader trader{host.sidecar.segments()};
  ASSERT_TRUE(trades(trader.gate)) << host.sidecar.log();
  std::vector<std::string> ledger;
  for (std::uint64_t us = 1; us <= 500; ++us) {
    trader.latency.record(us * 1000, ticks());
    ledger.push_back(std::to_string(us));
  }

  trader.pnl.set(-2000);
  ASSERT_TRUE(host.has_recordings(1)) << host.sidecar.log();
  const std::string name = host.recordings().at(0);
  std::string csv;
  ASSERT_EQ(host.dump(name + " gateway-1 --format csv", csv), 0) << csv;

  std::vector<std::string> values;
  for (const std::string& value : samples_of(csv, "order_seconds"))
    values.push_back(std::to_string(std::lround(std::stod(value) * 1e6)));
  EXPECT_EQ(values, ledger);
  EXPECT_NE(csv.find(",,trip,global,,"), std::string::npos) << csv.substr(0, 500);
  EXPECT_NE(csv.find(",-2000.0,1,KILLED: MaxLoss: pnl_dollars < -1000"), std::string::npos);
}

TEST(FlightRecorder, SaysWhatTrippedAndHowTheGatesStood) {
  const RecordedHost host{"interval: 1h"};
  Trader trader{host.sidecar.segments()};
  ASSERT_TRUE(trades(trader.gate)) << host.sidecar.log();

  trader.pnl.set(-2000);
  ASSERT_TRUE(host.has_recordings(1)) << host.sidecar.log();
  const std::string name = host.recordings().at(0);

  EXPECT_TRUE(name.ends_with("Z-MaxLoss")) << name;
  const auto said = host.said_by(name);
  EXPECT_EQ(said.at("trips").size(), 1U);
  EXPECT_EQ(said.at("trips").at(0).at("rule"), "MaxLoss");
  EXPECT_EQ(said.at("trips").at(0).at("expression"), "pnl_dollars < -1000");
  EXPECT_EQ(said.at("trips").at(0).at("value"), -2000);
  EXPECT_EQ(said.at("trips").at(0).at("state"), "KILLED");
  EXPECT_EQ(said.at("status").at("gates").at(0).at("state"), "KILLED");
  EXPECT_EQ(said.at("status").at("external_labels").at("env"), "test");
  EXPECT_EQ(said.at("status").at("rules_sha256").get<std::string>().size(), 64U);
  EXPECT_TRUE(said.at("problems").empty()) << said.dump(2);
  std::string text;
  EXPECT_EQ(host.dump(host.directory + '/' + name, text), 0);
  EXPECT_NE(text.find("KILLED  global  -2000.0  MaxLoss: pnl_dollars < -1000"), std::string::npos)
      << text;
  EXPECT_NE(text.find("gateway-1/orders  KILLED"), std::string::npos) << text;
  EXPECT_NE(text.find("segments/gateway-1.1.telemetry"), std::string::npos) << text;
  EXPECT_TRUE(eventually([&] {
    return host.sidecar.log().find("msg=\"flight recorded\" path=" + host.directory + '/' + name) !=
           std::string::npos;
  }));
  EXPECT_TRUE(host.comes_to("recordings", 1));
  EXPECT_EQ(host.dump("--recordings", text), 0);
  EXPECT_NE(text.find(name + "  1      KILLED  global  MaxLoss: pnl_dollars < -1000"),
            std::string::npos)
      << text;
  EXPECT_EQ(host.dump("--recordings --json", text), 0);
  EXPECT_EQ(nlohmann::json::parse(text).at(0).at("name"), name);
  EXPECT_EQ(host.dump(host.directory + "/nowhere --recordings", text), 4);
  EXPECT_EQ(host.dump(name + " gateway-2", text), 4);
  EXPECT_NE(text.find("there are: gateway-1"), std::string::npos) << text;
}

TEST(FlightRecorder, WritesSeriesThatPromtoolTakesWithTheBreachInThem) {
  const RecordedHost host{"interval: 1h"};
  Trader trader{host.sidecar.segments()};
  ASSERT_TRUE(trades(trader.gate)) << host.sidecar.log();
  ASSERT_TRUE(eventually([&] {
    return host.sidecar.get("/api/v1/query?query=pnl_dollars").find("\"0\"") != std::string::npos;
  }));

  trader.pnl.set(-2000);
  ASSERT_TRUE(host.has_recordings(1)) << host.sidecar.log();
  const std::string series = host.directory + '/' + host.recordings().at(0) + "/series.openmetrics";
  const std::string blocks = host.place.path() + "/blocks";
  std::string said;
  EXPECT_EQ(
      run("promtool tsdb create-blocks-from openmetrics " + series + ' ' + blocks + " 2>&1", &said),
      0)
      << said;
  std::filesystem::create_directories(blocks + "/wal");  // as a Prometheus has it
  said.clear();
  EXPECT_EQ(
      run("promtool tsdb dump --match='{__name__=\"pnl_dollars\"}' " + blocks + " 2>&1", &said), 0)
      << said;

  const std::string head = "{__name__=\"pnl_dollars\", producer=\"gateway-1\"} ";
  EXPECT_NE(said.find(head + "0 "), std::string::npos) << said;
  EXPECT_NE(said.find(head + "-2000 "), std::string::npos) << said;
}

TEST(FlightRecorder, NamesAllThatTripsInAStormInOneRecording) {
  const RecordedHost host{"interval: 1h"};
  Trader trader{host.sidecar.segments()};
  std::vector<Gate> gates;
  std::vector<Gauge> losses;
  for (int i = 0; i < 50; ++i) {
    const std::string venue = "venue_" + std::to_string(i);
    gates.push_back(trader.producer.gate(venue, {{"venue", venue}}));
    losses.push_back(trader.writer.gauge("venue_pnl", "P&L", {{"venue", venue}}));
  }
  for (const Gate& gate : gates) ASSERT_TRUE(trades(gate)) << host.sidecar.log();

  for (Gauge& loss : losses) loss.set(-500);
  ASSERT_TRUE(host.has_recordings(1)) << host.sidecar.log();

  const auto said = host.said_by(host.recordings().at(0));
  EXPECT_EQ(said.at("trips").size(), 50U);
  EXPECT_EQ(said.at("trips_unnamed"), 0);
  EXPECT_EQ(host.count("trips_unrecorded"), 0);
}

TEST(FlightRecorder, CountsTripsTooSoonAfterARecordingButNeverMissesTheKill) {
  const RecordedHost host{"interval: 1h"};
  Trader trader{host.sidecar.segments()};
  std::vector<Gauge> losses;
  for (const char* venue : {"kraken", "deribit"}) {
    ASSERT_TRUE(trades(trader.producer.gate(venue, {{"venue", venue}}))) << host.sidecar.log();
    losses.push_back(trader.writer.gauge("venue_pnl", "P&L", {{"venue", venue}}));
  }
  losses[0].set(-500);
  ASSERT_TRUE(host.has_recordings(1)) << host.sidecar.log();

  losses[1].set(-500);
  ASSERT_TRUE(host.comes_to("trips_unrecorded", 1)) << host.sidecar.log();
  EXPECT_EQ(host.recordings().size(), 1U);
  EXPECT_EQ(host.kill(), 0);
  ASSERT_TRUE(host.has_recordings(2)) << host.sidecar.log();

  const auto said = host.said_by(host.recordings().at(1));
  EXPECT_TRUE(host.recordings().at(1).ends_with("Z-kill"));
  EXPECT_EQ(said.at("trips").at(0).at("reason"), "duplicate fills seen");
  EXPECT_EQ(said.at("trips_before"), 1);
}

TEST(FlightRecorder, RecordsTheKillOfAGateThatWasHalted) {
  const RecordedHost host{"interval: 1h"};
  const Trader trader{host.sidecar.segments()};
  ASSERT_TRUE(trades(trader.gate)) << host.sidecar.log();
  ASSERT_EQ(host.sidecar.outrider("halt --scope global --reason 'odd fills, looking'"), 0);
  ASSERT_TRUE(host.has_recordings(1)) << host.sidecar.log();
  ASSERT_EQ(host.kill(), 0);
  ASSERT_TRUE(host.has_recordings(2)) << host.sidecar.log();
  EXPECT_TRUE(host.recordings().at(1).ends_with("Z-kill"));
}

TEST(FlightRecorder, RecordsNoGateTwiceThatWasClosedAnyway) {
  const RecordedHost host{"interval: 1s, recordings: 1"};
  const Trader trader{host.sidecar.segments()};
  ASSERT_TRUE(trades(trader.gate)) << host.sidecar.log();
  ASSERT_EQ(host.kill(), 0);
  ASSERT_TRUE(host.comes_to("recordings", 1)) << host.sidecar.log();

  EXPECT_EQ(host.kill(), 0);
  EXPECT_EQ(host.kill("venue=binance"), 0);
  EXPECT_EQ(host.sidecar.outrider("halt --scope global --reason 'closed twice'"), 0);
  for (const char* scope : {"venue=binance", "global"})
    ASSERT_EQ(host.sidecar.outrider(std::string{"arm --scope "} + scope +
                                    " --reason 'test: everything was looked at'"),
              0);
  ASSERT_TRUE(trades(trader.gate)) << host.sidecar.log();
  ASSERT_EQ(host.kill(), 0);
  ASSERT_TRUE(host.comes_to("recordings", 2)) << host.sidecar.log();

  EXPECT_EQ(host.count("trips_unrecorded"), 0);
  EXPECT_EQ(host.recordings().size(), 1U) << "as many as are configured";
}

TEST(FlightRecorder, LeavesOutTheDrill) {
  const RecordedHost host{"interval: 1h"};
  Trader canary{host.sidecar.segments(), "outrider-canary"};
  Gauge breach = canary.writer.gauge("drill_breach", "Breach");
  ASSERT_TRUE(trades(canary.gate)) << host.sidecar.log();
  breach.set(1);
  ASSERT_TRUE(eventually([&] { return canary.gate.state() == GateState::halted; }));
  const Trader trader{host.sidecar.segments()};
  ASSERT_TRUE(trades(trader.gate)) << host.sidecar.log();

  ASSERT_EQ(host.kill(), 0);
  ASSERT_TRUE(host.comes_to("recordings", 1)) << host.sidecar.log();

  EXPECT_EQ(host.said_by(host.recordings().at(0)).at("trips").size(), 1U);
  EXPECT_EQ(host.count("trips_unrecorded"), 0);
}

TEST(FlightRecorder, HasTheSamplesOfATraderThatDiedBefore) {
  const RecordedHost host{"interval: 1h"};
  cli::RecordingTrader trader{host.sidecar.segments()};
  trader.record(100);
  trader.kill_now();
  const std::string file = host.sidecar.segments() + "/t/gateway-1.1.telemetry";
  ASSERT_TRUE(eventually([&] { return !std::filesystem::exists(file); })) << host.sidecar.log();

  ASSERT_EQ(host.kill("producer=gateway-1"), 0);
  ASSERT_TRUE(host.has_recordings(1)) << host.sidecar.log();

  std::string said;
  ASSERT_EQ(host.dump(host.recordings().at(0) + " gateway-1 --json", said), 0) << said;
  const auto dump = nlohmann::json::parse(said);
  EXPECT_EQ(dump.at("recording").at("segments").at(0).at("departed"), true);
  const auto& segment = dump.at("segments").at(0);
  EXPECT_EQ(segment.at("state"), "dead");
  ASSERT_EQ(segment.at("samples").size(), 100U);
  EXPECT_DOUBLE_EQ(segment.at("samples").at(99).at("value"), 100e-6);
  EXPECT_FALSE(segment.at("samples").at(99).at("time").is_null());
}

TEST(FlightRecorder, LeavesNothingThatLooksWholeWhenItIsKilledInTheMiddle) {
  RecordedHost host{"interval: 1h"};
  {
    Trader trader{host.sidecar.segments()};
    ASSERT_TRUE(trades(trader.gate)) << host.sidecar.log();
    trader.pnl.set(-2000);
    const auto is_begun = [&] {
      std::error_code error;
      for (const auto& each : std::filesystem::directory_iterator(host.directory, error))
        if (std::filesystem::exists(each.path() / "segments/gateway-1.1.telemetry")) return true;
      return false;
    };
    ASSERT_TRUE(eventually(is_begun)) << host.sidecar.log();
    host.sidecar.process().kill_now();
  }
  EXPECT_TRUE(host.recordings().empty());
  EXPECT_FALSE(std::filesystem::is_empty(host.directory));

  host.sidecar.start();

  EXPECT_TRUE(eventually([&] { return std::filesystem::is_empty(host.directory); }));
}

TEST(FlightRecorder, StaysOverARestartAndRecordsNotAgainWhatIsRestored) {
  RecordedHost host{"interval: 1s"};
  const Trader trader{host.sidecar.segments()};
  ASSERT_TRUE(trades(trader.gate)) << host.sidecar.log();
  ASSERT_EQ(host.kill(), 0);
  ASSERT_TRUE(host.has_recordings(1)) << host.sidecar.log();
  const auto before = host.recordings();

  host.sidecar.start();
  ASSERT_TRUE(host.gate_becomes("KILLED")) << host.sidecar.log();
  ASSERT_EQ(host.sidecar.outrider("arm --reason 'test: everything was looked at'"), 0);
  ASSERT_TRUE(trades(trader.gate)) << host.sidecar.log();
  ASSERT_EQ(host.kill(), 0);
  ASSERT_TRUE(host.has_recordings(2)) << host.sidecar.log();

  EXPECT_EQ(host.recordings().at(0), before.at(0));
  EXPECT_TRUE(host.comes_to("recordings", 1)) << "by this sidecar";
  EXPECT_EQ(host.count("trips_unrecorded"), 0);
}

TEST(FlightRecorder, IsFinishedWhenTheSidecarEnds) {
  RecordedHost host{"interval: 1h"};
  const Trader trader{host.sidecar.segments()};
  ASSERT_TRUE(trades(trader.gate)) << host.sidecar.log();
  ASSERT_EQ(host.kill(), 0);
  host.sidecar.process().signal(SIGTERM);

  EXPECT_EQ(host.sidecar.process().wait(), 0);
  EXPECT_EQ(host.recordings().size(), 1U) << host.sidecar.log();
}

TEST(FlightRecorder, IsOffWhereNoneAreKept) {
  RecordedHost host{"recordings: 0"};
  const Trader trader{host.sidecar.segments()};
  ASSERT_TRUE(trades(trader.gate)) << host.sidecar.log();
  ASSERT_EQ(host.kill(), 0);
  host.sidecar.process().signal(SIGTERM);

  EXPECT_EQ(host.sidecar.process().wait(), 0);
  EXPECT_FALSE(std::filesystem::exists(host.directory));
}

}  // namespace
}  // namespace outrider::testing
