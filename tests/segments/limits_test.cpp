// SPDX-License-Identifier: Apache-2.0
// A trader that makes things up: series, scopes, files, counts that never rest.
// What it can cost is bounded, and counted; the other producers go on.
#include <algorithm>
#include <cstddef>
#include <set>

#include "said_once.hpp"
#include "segments/rig.hpp"

namespace {

using namespace outrider;
using namespace std::chrono_literals;
using aggregate::Allowance;
using test::Sidecar;
using test::Trader;
using test::Vandal;

constexpr std::uint64_t series_count_at = 4'096 + offsetof(shm::TelemetryState, series_count);

shm::Geometry roomy_geometry() {
  shm::Geometry geometry;
  geometry.lanes = 2;
  geometry.ring_capacity = 8;
  geometry.series = 1'000;
  geometry.gates = 400;
  geometry.spill_bytes = 256 << 10;
  return geometry;
}

class Limits : public testing::Test {
 protected:
  void expect_the_other_trades() {
    ASSERT_TRUE(sidecar_.turns_until([&] {
      other_.beat();
      return other_.trades();
    }));
  }
  test::SegmentDirectory directory_;
  Trader other_{directory_.path(), "other"};
  Sidecar sidecar_{directory_.path()};
};

TEST(GeometryLimit, IsOnWhatTheSidecarMustLookThrough) {
  shm::Geometry geometry;
  geometry.lanes = 1'024;
  geometry.histograms = 256;
  EXPECT_EQ(shm::refusal_of(geometry), "");
  geometry.histograms = 257;
  EXPECT_EQ(shm::refusal_of(geometry), "lanes times histograms: found 263168; needed 0 to 262144");
  geometry = {};
  geometry.spill_bytes = (256 << 20) + 1;
  EXPECT_EQ(shm::refusal_of(geometry), "spill_bytes: found 268435457; needed 0 to 268435456");
}

TEST_F(Limits, ACountOfSeriesThatNeverRestsMakesFewPlans) {
  Trader trader{directory_.path(), "restless"};
  sidecar_.turn(5);
  const Vandal vandal{directory_.path(), "restless"};
  const auto plans = [&] { return sidecar_.facts().discovery_plans.load(); };
  const std::uint64_t before = plans();
  for (std::uint64_t turn = 0; turn < 2'000; ++turn) {
    const std::uint64_t count = turn % 2 == 0 ? 0 : 3 + turn % 14;
    vandal.write(series_count_at, &count, sizeof count);
    sidecar_.scan();
  }
  // Each time it was larger than ever before, which sixteen entries bound.
  EXPECT_LE(plans() - before, 16U);
  expect_the_other_trades();
}

TEST_F(Limits, ACountOfSeriesThatGrowsByOneForEverIsBoundAtMostSoOften) {
  shm::Geometry geometry = roomy_geometry();
  const Trader trader{directory_.path(), "growing", geometry};
  sidecar_.turn(5);
  const Vandal vandal{directory_.path(), "growing"};
  const std::uint64_t before = sidecar_.facts().discovery_plans.load();
  const nanoseconds began = steady_now();
  for (std::uint64_t count = 4; count < geometry.series; ++count) {
    vandal.write(series_count_at, &count, sizeof count);
    sidecar_.scan();
  }
  const double seconds = std::chrono::duration<double>(steady_now() - began).count();
  const double plans = static_cast<double>(sidecar_.facts().discovery_plans.load() - before);
  EXPECT_LE(plans, 52 + 5 * seconds);
  EXPECT_GE(plans, 10);
  expect_the_other_trades();
}

TEST_F(Limits, AProducerThatNamesTooManyScopesLeavesRoomForTheOthers) {
  Trader trader{directory_.path(), "inventive", roomy_geometry()};
  std::vector<Gate> gates;
  for (int i = 0; i < 300; ++i) {
    gates.push_back(
        trader.producer->gate("g" + std::to_string(i), {{"account", "a" + std::to_string(i)}}));
  }
  ASSERT_TRUE(sidecar_.turns_until([&] {
    trader.beat();
    return gates.front().open(ticks());
  }));

  EXPECT_FALSE(gates.back().open(ticks()));
  EXPECT_EQ(sidecar_.said("found its gates and alerts to name more than 256 scopes"), 1U);
  EXPECT_EQ(sidecar_.metric("outrider_scopes_refused_total"), 174);
  std::size_t known = 0;
  for (int i = 0; i < 300; ++i) {
    known += sidecar_.protection().find_scope("account=a" + std::to_string(i)) ? 1U : 0U;
  }
  EXPECT_LE(known, Planner::max_scopes_each);
  Trader late{directory_.path(), "late"};
  ASSERT_TRUE(sidecar_.turns_until([&] {
    late.beat();
    return late.trades();
  }));
}

TEST(Allowance, KeepsForEachWhatNobodyElseCanTake) {
  Allowance allowance{{2, 5, 4}};
  EXPECT_FALSE(allowance.take("a", 6));
  EXPECT_TRUE(allowance.take("a", 5));
  EXPECT_FALSE(allowance.take("a", 1));
  EXPECT_TRUE(allowance.take("b", 3));
  EXPECT_FALSE(allowance.take("b", 1));
  EXPECT_TRUE(allowance.take("c", 1));
  EXPECT_FALSE(allowance.take("c", 2));
  EXPECT_TRUE(allowance.take("c", 1));
}

TEST(AlertLimit, OnLabelsThatOneTraderMakesUpIsTheWholeOfThatTrader) {
  const test::SegmentDirectory directory;
  shm::Geometry geometry = roomy_geometry();
  geometry.gauges = 700;
  geometry.series = 800;
  geometry.string_bytes = 1 << 20;
  Trader flood{directory.path(), "flood", geometry};
  for (int i = 0; i < 600; ++i)
    flood.writer.gauge("risk", "", {{"venue", "f" + std::to_string(i)}}).set(500);
  Trader victim{directory.path(), "victim"};
  config::Config config;
  config::BreakerConfig breaker;
  breaker.alert = "Risk";
  breaker.scope = "venue";
  config.protection.breakers.push_back(breaker);
  Sidecar sidecar{directory.path(), R"(groups:
  - name: risk
    interval: 1ms
    rules:
      - alert: Risk
        expr: risk > 100
)",
                  config};
  const auto trade = [&](Trader& trader) {
    return sidecar.turns_until([&] {
      trader.beat();
      return trader.trades();
    });
  };
  ASSERT_TRUE(trade(victim));
  EXPECT_TRUE(sidecar.turns_until([&] {
    flood.beat();
    return flood.gate.state() == GateState::halted;
  }));
  EXPECT_EQ(flood.gate.view().scope, "producer=flood");
  EXPECT_EQ(sidecar.said("further ones act on producer=flood"), 1U);
  Trader late{directory.path(), "late"};
  EXPECT_TRUE(trade(late));
  Trader named{directory.path(), "named"};  // a gate that names one of those is closed by it
  const Gate gate = named.producer->gate("f", {{"venue", "f599"}});
  EXPECT_TRUE(trade(named));
  EXPECT_TRUE(sidecar.turns_until([&] { return gate.view().scope == "venue=f599"; }));
  EXPECT_EQ(gate.state(), GateState::halted);
}

TEST_F(Limits, AKillFoundInAGateWithoutAScopeOfItsOwnIsItsProducers) {
  Trader trader{directory_.path(), "inventive", roomy_geometry()};
  std::vector<Gate> gates;
  for (int i = 0; i < 300; ++i)
    gates.push_back(trader.producer->gate("g" + std::to_string(i), {{"n", std::to_string(i)}}));
  shm::AttachResult result{};
  std::string why;
  const auto file = segments::open_segment(directory_.path(), {"inventive", 1}, result, why);
  ASSERT_TRUE(file) << why;
  for (std::uint32_t slot = 290; slot <= 300; ++slot)  // as `outrider kill` does it
    file->control.gate(slot).word = shm::closed_word(GateState::killed);
  ASSERT_TRUE(sidecar_.turns_until([&] {
    trader.beat();
    return gates.front().state() == GateState::killed;
  }));
  EXPECT_FALSE(sidecar_.protection().find_scope("gate=inventive/g299"));
  EXPECT_EQ(gates.front().view().scope, "producer=inventive");
  expect_the_other_trades();
}

TEST_F(Limits, GenerationsThatHaveDiedDoNotKeepTheLivingOneWaiting) {
  constexpr int dead = 70;  // more than may be bound anew at once
  for (int i = 0; i < dead; ++i) Trader{directory_.path(), "crashes"}.record(3);
  const Trader alive{directory_.path(), "crashes"};
  const nanoseconds now = steady_now();  // and no later: nothing is earned by waiting
  for (int turn = 0; turn < 5 * dead; ++turn) {
    sidecar_.planner().scan(now);
    sidecar_.pass();
  }
  EXPECT_EQ(segments::list_segments(directory_.path()).size(), 2U);  // the other's, and the last
  EXPECT_EQ(sidecar_.metric(R"(outrider_samples_drained_total{producer="crashes"})"), 3 * dead);
}

TEST_F(Limits, FilesThatAreNoSegmentsCostOneLineEachUntilTheyAreTooMany) {
  for (int i = 0; i < 1'500; ++i) {
    std::ofstream{directory_.path() + "/t/junk.9" + std::to_string(i) + ".telemetry"} << "junk";
  }
  expect_the_other_trades();
  ASSERT_TRUE(sidecar_.turns_until(
      [&] { return sidecar_.facts().refusals_unsaid.load() >= 1'500 - SaidOnce::most; }));
  EXPECT_EQ(sidecar_.said("segment not attached"), SaidOnce::most);
  EXPECT_EQ(sidecar_.said("further ones are only counted"), 1U);
  EXPECT_GE(sidecar_.metric("outrider_refusals_unsaid_total").value_or(0), 1'500 - 1'024);
}

TEST_F(Limits, FilesWithoutEndAreLookedAtInStepsAfterEachOfWhichDiscoveryBeats) {
  for (int i = 0; i < 10'000; ++i) {
    std::ofstream{directory_.path() + "/t/x." + std::to_string(i) + ".telemetry"} << "junk";
  }
  std::uint64_t before = 0;
  for (int scan = 0; scan < 50; ++scan) {
    const nanoseconds began = steady_now();
    sidecar_.scan();
    ASSERT_GE(nanoseconds{sidecar_.facts().discovery_beat_ns.load()}, began);
    const std::uint64_t refused =
        sidecar_.facts().segments_refused.load() + sidecar_.facts().refusals_unsaid.load();
    ASSERT_LE(refused - before, 128U);
    before = refused;
  }
  EXPECT_GT(before, 0U);
  Trader late{directory_.path(), "late"};
  ASSERT_TRUE(sidecar_.turns_until([&] {
    other_.beat();
    late.beat();
    return other_.trades() && late.trades();
  }));
}

TEST_F(Limits, FilesThatAreStillEmptyAreLookedAtInStepsToo) {
  for (int i = 0; i < 10'000; ++i) {
    const std::ofstream empty{directory_.path() + "/t/x." + std::to_string(i) + ".telemetry"};
  }
  expect_the_other_trades();
}

TEST_F(Limits, ALookThatFailsIsSaidAndDoesNotBeat) {
  sidecar_.turn();
  const auto beat = [&] { return sidecar_.facts().discovery_beat_ns.load(); };
  const std::int64_t before = beat();
  std::filesystem::rename(directory_.path() + "/t", directory_.path() + "/away");
  sidecar_.turn();
  EXPECT_EQ(beat(), before);
  EXPECT_EQ(sidecar_.said("needed a directory that this user may list"), 1U);
  EXPECT_EQ(sidecar_.said("No such file or directory"), 1U);

  std::filesystem::rename(directory_.path() + "/away", directory_.path() + "/t");
  sidecar_.turn();
  EXPECT_GT(beat(), before);
}

TEST(Listing, FindsEveryFileOnceInStepsOfAnySize) {
  const test::SegmentDirectory directory;
  for (int i = 0; i < 20; ++i) {
    const std::ofstream file{directory.path() + "/t/a.b." + std::to_string(i) + ".telemetry"};
  }
  for (const char* other : {"/t/a.lock", "/t/a.telemetry", "/t/a.x.telemetry", "/t/.1.telemetry"}) {
    const std::ofstream file{directory.path() + other};
  }
  for (const std::size_t step : {1U, 7U, 24U, 1'000U}) {
    segments::Listing listing{directory.path() + "/t", ".telemetry"};
    std::vector<segments::Found> found;
    do {
      ASSERT_FALSE(listing.step(step, found));
    } while (!listing.is_whole());
    std::sort(found.begin(), found.end());
    ASSERT_EQ(found.size(), 20U);
    for (std::uint64_t i = 0; i < 20; ++i) EXPECT_EQ(found[i], (segments::Found{"a.b", i}));
  }
}

TEST(SaidOnce, SaysASentenceOnceAndForgetsItOnlyToMakeRoom) {
  SaidOnce said;
  EXPECT_EQ(said.ask("a", 0s), SaidOnce::Answer::say);
  EXPECT_EQ(said.ask("a", 1'000s), SaidOnce::Answer::said);
  for (std::size_t i = 1; i < SaidOnce::most; ++i) {
    ASSERT_EQ(said.ask(std::to_string(i), 1'000s), SaidOnce::Answer::say);
  }
  EXPECT_EQ(said.ask("one too many", 1'001s), SaidOnce::Answer::overflow);
  EXPECT_EQ(said.ask("a", 1'050s), SaidOnce::Answer::said);
  EXPECT_EQ(said.ask("later", 1'062s), SaidOnce::Answer::say);
  EXPECT_EQ(said.ask("a", 1'062s), SaidOnce::Answer::said);
  EXPECT_EQ(said.ask("1", 1'062s), SaidOnce::Answer::say);
}

}  // namespace
