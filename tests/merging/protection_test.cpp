// SPDX-License-Identifier: Apache-2.0
// What the page cannot show must not be what protection does not see: rules see it
// all the same, and where they cannot, the gates that they guard are not granted.
#include <gtest/gtest.h>

#include "merging/page.hpp"
#include "segments/rig.hpp"

namespace outrider::merging {
namespace {

using test::Sidecar;
using test::Trader;

constexpr const char* loss_rule = R"(groups:
  - name: loss
    interval: 1ms
    rules:
      - alert: Loss
        expr: loss_dollars > 10
      - alert: AllLoss
        expr: sum(loss_dollars) > 100
)";

config::Config protected_by(const char* alert, const char* scope) {
  config::Config config;
  config::BreakerConfig breaker;
  breaker.alert = alert;
  breaker.scope = scope;
  config.protection.breakers.push_back(breaker);
  return config;
}

config::Config without_label(config::Config config) {
  config.producer_label.clear();
  return config;
}

bool trades(Sidecar& sidecar, Trader& trader) {
  return sidecar.turns_until([&] {
    trader.beat();
    return trader.trades();
  });
}
bool is_closed(Sidecar& sidecar, Trader& trader, GateState state, const std::string& reason) {
  return sidecar.turns_until([&] {
    trader.beat();
    const GateView view = trader.gate.view();
    return !trader.trades() && view.state == state && view.reason.find(reason) != std::string::npos;
  });
}

TEST(RefusedSeries, ThatARuleGuardsByLeaveTheGatesOfTheirProducerClosedAndNoOthers) {
  const test::SegmentDirectory directory;
  Trader first{directory.path(), "first"};
  first.writer.gauge("loss_dollars", "").set(0);
  Sidecar sidecar{directory.path(), loss_rule, without_label(protected_by("Loss", "global"))};
  ASSERT_TRUE(trades(sidecar, first));

  Trader late{directory.path(), "late"};
  late.writer.gauge("loss_dollars", "").set(0);
  EXPECT_TRUE(is_closed(sidecar, late, GateState::unarmed, "rule Loss does not see loss_dollars"));
  EXPECT_TRUE(trades(sidecar, first));
  EXPECT_EQ(Page{sidecar.page()}.count("loss_dollars"), 1U);
}

// The sentence is a plan's own, and plans come and go: AddressSanitizer watches.
TEST(RefusedSeries, AreTheReasonOfAClosedGateOverManyPlans) {
  const test::SegmentDirectory directory;
  Trader first{directory.path(), "first"};
  first.writer.gauge("loss_dollars", "").set(0);
  Sidecar sidecar{directory.path(), loss_rule, without_label(protected_by("Loss", "global"))};
  ASSERT_TRUE(trades(sidecar, first));
  Trader late{directory.path(), "late"};
  late.writer.gauge("loss_dollars", "").set(0);
  const std::string reason = "rule Loss does not see loss_dollars";
  ASSERT_TRUE(is_closed(sidecar, late, GateState::unarmed, reason));
  for (const char* name : {"a_total", "b_total", "c_total"}) {
    const std::uint64_t plans = sidecar.facts().discovery_plans;
    first.writer.counter(name, "").inc();
    ASSERT_TRUE(sidecar.turns_until([&] { return sidecar.facts().discovery_plans > plans; }));
    sidecar.turn();
    EXPECT_TRUE(is_closed(sidecar, late, GateState::unarmed, reason)) << name;
  }
}

TEST(RefusedSeries, AreSeenByTheRulesOfEverybody) {
  const test::SegmentDirectory directory;
  Trader first{directory.path(), "first"};
  first.writer.gauge("loss_dollars", "").set(60);
  Sidecar sidecar{directory.path(), loss_rule, without_label(protected_by("AllLoss", "global"))};
  ASSERT_TRUE(trades(sidecar, first));
  Trader late{directory.path(), "late"};
  Gauge loss = late.writer.gauge("loss_dollars", "");
  loss.set(0);
  ASSERT_TRUE(is_closed(sidecar, late, GateState::unarmed, "rule AllLoss does not see"));
  ASSERT_TRUE(trades(sidecar, first));
  loss.set(60);  // 120 of both
  EXPECT_TRUE(is_closed(sidecar, first, GateState::halted, "AllLoss"));
}

TEST(RefusedSeries, ThatNoRuleGuardsByCloseNoGate) {
  const test::SegmentDirectory directory;
  Trader first{directory.path(), "first"};
  first.writer.gauge("mood", "").set(0);
  first.writer.gauge("loss_dollars", "", {{"desk", "a"}}).set(0);
  Sidecar sidecar{directory.path(), loss_rule, without_label(protected_by("Loss", "global"))};
  ASSERT_TRUE(trades(sidecar, first));
  Trader late{directory.path(), "late"};
  late.writer.gauge("mood", "").set(1);
  late.writer.gauge("loss_dollars", "", {{"desk", "b"}}).set(0);
  EXPECT_TRUE(trades(sidecar, late));
  EXPECT_TRUE(trades(sidecar, first));
  EXPECT_GE(Page{sidecar.page()}.value("outrider_series_hidden{producer=\"late\"}"), 1);
}

// A release with other bounds: its counts cannot be added to those on record, so the
// rule would go on judging what was.
TEST(RefusedSeries, OfAShapeThatIsNotOnRecordAreNoHealth) {
  const test::SegmentDirectory directory;
  const auto rule = R"(groups:
  - name: slow
    interval: 1ms
    rules:
      - alert: Slow
        expr: increase(ack_bytes_count[10s]) > 10
)";
  Sidecar sidecar{directory.path(), rule, protected_by("Slow", "producer")};
  {
    Trader before{directory.path(), "oms"};
    before.writer.histogram("ack_bytes", "", {.unit = Unit::count(), .bounds = {1}}).record(1);
    ASSERT_TRUE(trades(sidecar, before));
  }
  Trader after{directory.path(), "oms"};
  after.writer.histogram("ack_bytes", "", {.unit = Unit::count(), .bounds = {2}}).record(1);
  EXPECT_TRUE(is_closed(sidecar, after, GateState::unarmed, "rule Slow does not see ack_bytes"));
  EXPECT_EQ(sidecar.said("an earlier start of this producer registered it with another"), 1U);
}

}  // namespace
}  // namespace outrider::merging
