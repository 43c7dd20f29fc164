// SPDX-License-Identifier: Apache-2.0
// What must work before anything is granted: discovery that looks, and rules with
// a consequence that can be evaluated. Missing means blocked.
#include "segments/rig.hpp"

namespace {

using namespace outrider;
using namespace std::chrono_literals;
using test::Sidecar;
using test::Trader;

config::Config with_breaker(const char* alert, const char* scope) {
  config::Config config;
  config::BreakerConfig breaker;
  breaker.alert = alert;
  breaker.scope = scope;
  config.protection.breakers.push_back(breaker);
  return config;
}

bool trades(Sidecar& sidecar, Trader& trader) {
  return sidecar.turns_until([&] {
    trader.beat();
    return trader.trades();
  });
}
bool is_unarmed(Sidecar& sidecar, Trader& trader, const std::string& reason) {
  return sidecar.turns_until([&] {
    trader.beat();
    const GateView view = trader.gate.view();
    return !trader.trades() && view.state == GateState::unarmed &&
           view.reason.find(reason) != std::string::npos;
  });
}

TEST(Discovery, ThatStandsStillLeavesNoGateOpen) {
  const test::SegmentDirectory directory;
  Trader trader{directory.path()};
  Sidecar sidecar{directory.path()};
  ASSERT_TRUE(trades(sidecar, trader));

  const Now now = test::clocks();
  sidecar.guard().pass({now.steady + 1'900ms, now.wall});
  EXPECT_TRUE(trader.trades());
  sidecar.guard().pass({now.steady + 2'500ms, now.wall});

  EXPECT_FALSE(trader.trades());
  EXPECT_EQ(trader.gate.state(), GateState::unarmed);
  EXPECT_NE(trader.gate.view().reason.find("has not looked for producers"), std::string::npos);
  EXPECT_TRUE(trades(sidecar, trader));  // it looks again
  EXPECT_GE(sidecar.metric("outrider_discovery_scans_total").value_or(0), 2);
  EXPECT_LT(sidecar.metric("outrider_discovery_age_seconds").value_or(9), 2);
}

// Both sides have a series for each producer, and nothing tells them apart: with
// two producers the match is many to many, which PromQL calls an error.
constexpr const char* matching = R"(groups:
  - name: matching
    interval: 1ms
    rules:
      - alert: Matching
        expr: pnl_dollars < on(venue) pnl_dollars
)";

TEST(Rule, ThatCannotBeEvaluatedLeavesNoGateOpenThatItWatchesOver) {
  const test::SegmentDirectory directory;
  Trader first{directory.path(), "first"};
  Sidecar sidecar{directory.path(), matching, with_breaker("Matching", "global")};
  first.gauge.set(5);
  ASSERT_TRUE(trades(sidecar, first));
  {
    const Trader second{directory.path(), "second"};
    ASSERT_TRUE(is_unarmed(sidecar, first, "rule Matching cannot be evaluated"));
  }
  EXPECT_TRUE(trades(sidecar, first));
}

TEST(Rule, ThatCannotBeEvaluatedLeavesNoGateOpenWhereItsScopeIsTooLong) {
  const test::SegmentDirectory directory;
  const std::string desk(300, 'x');
  Trader trader{directory.path(), "first"};
  Gauge left = trader.writer.gauge("left", "", {{"desk", desk}});
  Gauge right = trader.writer.gauge("right", "", {{"desk", desk}});
  left.set(5);
  right.set(5);
  Sidecar sidecar{directory.path(), R"(groups:
  - name: matching
    interval: 1ms
    rules:
      - alert: Matching
        expr: left < on(desk) right
)",
                  with_breaker("Matching", "desk")};
  ASSERT_TRUE(trades(sidecar, trader));

  trader.writer.gauge("right", "", {{"desk", desk}, {"n", "2"}}).set(5);
  EXPECT_TRUE(is_unarmed(sidecar, trader, "rule Matching cannot be evaluated"));
}

TEST(Rule, ThatCannotBeEvaluatedLeavesOtherScopesAlone) {
  const test::SegmentDirectory directory;
  Trader first{directory.path(), "first"};
  const Trader second{directory.path(), "second"};
  Sidecar sidecar{directory.path(), matching, with_breaker("Matching", "venue=elsewhere")};
  first.gauge.set(5);
  EXPECT_TRUE(trades(sidecar, first));
  EXPECT_GE(sidecar.metric("outrider_rule_evaluation_failures_total").value_or(0), 1);
}

TEST(Rule, ThatHasNoDataYetNeitherTripsNorBlocks) {
  const test::SegmentDirectory directory;
  Trader trader{directory.path()};
  Sidecar sidecar{directory.path(), R"(groups:
  - name: absent
    interval: 1ms
    rules:
      - alert: Absent
        expr: nobody_has_this > 1
)",
                  with_breaker("Absent", "global")};
  EXPECT_TRUE(trades(sidecar, trader));
  EXPECT_EQ(sidecar.metric(R"(outrider_rule_no_data{alert="Absent"})"), 1);
}

TEST(Rule, SeesAProducerWhoseFamilyAnotherHasTakenAsAnotherKind) {
  const test::SegmentDirectory directory;
  Trader taker{directory.path(), "aaa"};
  taker.writer.gauge("rejects_total", "").set(0);
  Trader trader{directory.path(), "gateway-1"};
  Counter rejects = trader.writer.counter("rejects_total", "");
  Sidecar sidecar{directory.path(), R"(groups:
  - name: storm
    interval: 1ms
    rules:
      - alert: RejectStorm
        expr: rejects_total > 10
)",
                  with_breaker("RejectStorm", "producer")};
  ASSERT_TRUE(trades(sidecar, trader));
  EXPECT_EQ(sidecar.said("as a counter, where producer aaa has it as a gauge"), 1U);
  rejects.add(20);
  EXPECT_TRUE(sidecar.turns_until([&] { return trader.gate.state() == GateState::halted; }));
  EXPECT_TRUE(trades(sidecar, taker));
}

/// A trader with more counters than there is room for the histories of.
class Greedy : public Trader {
 public:
  explicit Greedy(const std::string& directory) : Trader{directory, "a-greedy", geometry()} {
    for (int i = 0; i < 1'100; ++i) writer.counter("many_total", "", {{"n", std::to_string(i)}});
  }

 private:
  static shm::Geometry geometry() {
    shm::Geometry geometry;
    geometry.lanes = 1;
    geometry.ring_capacity = 8;
    geometry.series = 1'200;
    geometry.cells = 1'200;
    return geometry;
  }
};

TEST(Rule, ThatHasNoRoomToWatchAPartOfASumLeavesNoGateOpen) {
  const test::SegmentDirectory directory;
  const Greedy greedy{directory.path()};
  Trader other{directory.path(), "other"};
  Sidecar sidecar{directory.path(), R"(groups:
  - name: long
    interval: 1s
    rules:
      - alert: Long
        expr: sum(increase(many_total[1d])) > 1000
)",
                  with_breaker("Long", "producer")};
  EXPECT_TRUE(is_unarmed(sidecar, other, "rule Long has no room to watch this"));
}

TEST(Rule, ThatHasNoRoomToWatchClosesTheScopeThatItsAlertNames) {
  const test::SegmentDirectory directory;
  const Greedy greedy{directory.path()};
  Trader other{directory.path(), "other"};
  Gate desk = other.producer->gate("fx", {{"desk", "fx"}});
  Sidecar sidecar{directory.path(), R"(groups:
  - name: long
    interval: 1s
    rules:
      - alert: Long
        expr: increase(many_total[1d]) > 1000
        labels: {desk: fx}
)",
                  with_breaker("Long", "desk")};
  EXPECT_TRUE(trades(sidecar, other));
  EXPECT_EQ(desk.state(), GateState::unarmed);
  EXPECT_NE(desk.view().reason.find("rule Long has no room"), std::string::npos);
}

TEST(Rule, ThatHasNoRoomToWatchAProducerLeavesItsGatesClosed) {
  const test::SegmentDirectory directory;
  Greedy greedy{directory.path()};
  Trader small{directory.path(), "b-small"};
  small.writer.counter("many_total", "").inc();
  Trader apart{directory.path(), "c-apart"};  // has nothing that the rule watches

  Sidecar sidecar{directory.path(), R"(groups:
  - name: long
    interval: 1s
    rules:
      - alert: Long
        expr: increase(many_total[1d]) > 1000
)",
                  with_breaker("Long", "producer")};

  ASSERT_TRUE(is_unarmed(sidecar, greedy, "rule Long has no room to watch this"));
  EXPECT_TRUE(trades(sidecar, small));  // what another takes leaves room for it
  EXPECT_TRUE(trades(sidecar, apart));
  EXPECT_EQ(sidecar.said("rule Long: found no room for the history of"), 1U);
}

}  // namespace
