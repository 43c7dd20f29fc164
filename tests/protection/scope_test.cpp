// SPDX-License-Identifier: Apache-2.0
// Scopes as people type them and as gates and alerts carry them.
#include <gtest/gtest.h>

#include "protection/at.hpp"
#include "protection/bind_alert.hpp"

namespace outrider::protection {
namespace {

TEST(Scope, IsGlobalHostOrLabelEqualsValue) {
  EXPECT_EQ(scope_problem("global"), "");
  EXPECT_EQ(scope_problem("host"), "");
  EXPECT_EQ(scope_problem("venue=binance"), "");
  EXPECT_EQ(scope_problem("gate=gateway-1/orders"), "");
}

TEST(Scope, IsRefusedWithASentenceWhenItIsAnythingElse) {
  EXPECT_NE(scope_problem("").find("needed global, host or label=value"), std::string::npos);
  EXPECT_NE(scope_problem("binance"), "");
  EXPECT_NE(scope_problem("venue="), "");
  EXPECT_NE(scope_problem("=binance"), "");
  EXPECT_NE(scope_problem("2venue=binance"), "");
  EXPECT_NE(scope_problem("venue=a\nb"), "");
  EXPECT_NE(scope_problem("venue=" + std::string(200, 'x')).find("needed at most"),
            std::string::npos);
}

TEST(Scope, OfAGateIsEveryLabelAndWhatStandsAbove) {
  EXPECT_EQ(gate_scopes("gateway-1", "orders", {{"venue", "binance"}, {"empty", ""}}),
            (std::vector<std::string>{"global", "host", "producer=gateway-1",
                                      "gate=gateway-1/orders", "venue=binance"}));
}

TEST(Scope, OfAnAlertIsTakenFromTheLabelThatThePolicyNames) {
  EXPECT_EQ(alert_scope("producer", {{"producer", "gateway-1"}}), "producer=gateway-1");
  EXPECT_EQ(alert_scope("host", {}), "host");
  EXPECT_EQ(alert_scope("global", {{"producer", "gateway-1"}}), "global");
  EXPECT_EQ(alert_scope("venue=binance", {}), "venue=binance");
}

TEST(Scope, OfAnAlertWithoutThatLabelIsGlobal) {
  EXPECT_EQ(alert_scope("producer", {{"venue", "binance"}}), "global");
}

TEST(Scope, KeepsItsId) {
  Protection protection;

  EXPECT_EQ(protection.scope("venue=x"), protection.scope("venue=x"));
  EXPECT_NE(protection.scope("venue=x"), protection.scope("venue=y"));
  EXPECT_EQ(protection.scope("global"), 0);
  EXPECT_FALSE(protection.find_scope("venue=z"));
}

TEST(Scope, WithoutRoomNeverOpens) {
  Armed protection;
  for (std::size_t i = 0; i < max_scopes; ++i) protection.scope("venue=" + std::to_string(i));

  const ScopeId late = protection.scope("venue=late");

  EXPECT_EQ(protection.state({0, late}), GateState::unarmed);
  EXPECT_EQ(protection.scope("venue=5"), protection.find_scope("venue=5"));
}

TEST(Scope, ThatIsTooLongNeverOpens) {
  Armed protection;

  EXPECT_EQ(protection.state({0, protection.scope("venue=" + std::string(200, 'x'))}),
            GateState::unarmed);
}

TEST(Scope, WithoutRoomOrThatIsTooLongIsDecidedGlobally) {
  Protection protection;
  const ScopeId known = protection.scope("venue=0");
  const std::string too_long = "venue=" + std::string(200, 'x');
  EXPECT_EQ(protection.scope_to_act_on("venue=0"), known);
  EXPECT_EQ(protection.scope_to_act_on(too_long), protection.scope("global"));
  for (std::size_t i = 0; i < max_scopes; ++i) protection.scope("venue=" + std::to_string(i));

  EXPECT_EQ(protection.scope_to_act_on("venue=late"), protection.scope("global"));
  const auto late = protection.breaker({"Rule", protection.scope("venue=late"), {}, 1s, 0s});
  EXPECT_EQ(protection.breaker_at(*late).scope(), protection.scope("global"));
}

ScopeOf by_labels(Protection& protection, const aggregate::Labels& labels) {
  return [&protection, labels](const std::string& scope) {
    return protection.scope_to_act_on(alert_scope(scope, labels));
  };
}

TEST(AlertBinding, FollowsThePolicy) {
  Armed protection;
  config::ProtectionConfig policy;
  policy.breakers.push_back({"RejectStorm", "producer", config::BreakerAction::halt_new, 10s, {}});
  policy.breakers.push_back({"Quiet", "global", config::BreakerAction::alert, 10s, {}});
  policy.breakers.push_back({"Position", "global", config::BreakerAction::kill, 10s, {}});
  policy.kill_switch.push_back({"DailyLoss", "global", {}});

  const ScopeOf plain = by_labels(protection, {});
  const auto storm = bind_alert(protection, policy, "RejectStorm",
                                by_labels(protection, {{"producer", "gateway-1"}}))
                         .trips;
  const auto loss = bind_alert(protection, policy, "DailyLoss", plain).trips;

  ASSERT_EQ(storm.size(), 1U);
  EXPECT_EQ(protection.breaker_at(*storm[0]).scope(), protection.scope("producer=gateway-1"));
  EXPECT_EQ(protection.breaker_at(*storm[0]).action(), BreakerAction::halt);
  ASSERT_EQ(loss.size(), 1U);
  EXPECT_EQ(protection.breaker_at(*loss[0]).action(), BreakerAction::kill);
  const auto position = bind_alert(protection, policy, "Position", plain).trips;
  EXPECT_EQ(protection.breaker_at(*position[0]).action(), BreakerAction::kill);
  EXPECT_TRUE(bind_alert(protection, policy, "Quiet", plain).trips.empty());
  EXPECT_TRUE(bind_alert(protection, policy, "Other", plain).trips.empty());
}

TEST(AlertBinding, TakesTheStricterOfTwoLinesThatMeetOnOneScope) {
  Armed protection;
  config::ProtectionConfig policy;
  policy.breakers.push_back(
      {"Storm", "venue", config::BreakerAction::halt_new_and_cancel_all, 10s, {}});
  policy.breakers.push_back({"Storm", "producer", config::BreakerAction::reduce_only, 60s, {}});

  const auto bound = bind_alert(protection, policy, "Storm", by_labels(protection, {})).trips;

  ASSERT_EQ(bound.size(), 1U);  // both on global, for want of the labels
  protection.pass(*bound[0], AlertSignal::firing, 0s);
  EXPECT_EQ(protection.state({0}), GateState::halted);
  EXPECT_EQ(protection.breaker_at(*bound[0]).cooldown(), 60s);
  EXPECT_TRUE(protection.breaker_at(*bound[0]).wishes_cancel_all());
}

TEST(AlertBinding, LetsAnAlertEndTheEntryBlockOfItsOwnScope) {
  Armed protection;
  config::ProtectionConfig policy;
  policy.entry_blocks.push_back({"Loss", "strategy", 60min, "Win", {}});
  const ScopeOf mm1 = by_labels(protection, {{"strategy", "mm1"}});
  const auto loss = bind_alert(protection, policy, "Loss", mm1).trips;
  const auto win = bind_alert(protection, policy, "Win", mm1);
  const auto other = bind_alert(protection, policy, "Win", by_labels(protection, {})).clears;

  ASSERT_EQ(loss.size(), 1U);
  EXPECT_EQ(win.clears, loss);
  EXPECT_TRUE(win.trips.empty());
  EXPECT_NE(other, loss);
  EXPECT_TRUE(has_consequence(policy, "Win"));
  EXPECT_TRUE(policy_scopes(policy, "Win").empty());
  EXPECT_EQ(policy_scopes(policy, "Loss"), std::vector<std::string>{"strategy"});
}

TEST(AlertBinding, SaysSoWhenThereIsNoRoom) {
  Armed protection;
  config::ProtectionConfig policy;
  policy.breakers.push_back({"Last", "global", config::BreakerAction::halt_new, 10s, {}});
  for (std::size_t i = 0; i < max_breakers; ++i) {
    ASSERT_TRUE(protection.breaker({"Rule" + std::to_string(i), 0, BreakerAction::halt, 1s, 0s}));
  }

  const auto bound = bind_alert(protection, policy, "Last", by_labels(protection, {})).trips;

  ASSERT_EQ(bound.size(), 1U);
  EXPECT_FALSE(bound[0]);
}

TEST(FixedText, IsCutBetweenCharacters) {
  const FixedText<6> text("abcdä");  // the ä would be bytes 4 and 5; 5 bytes fit

  EXPECT_EQ(text.view(), "abcd");
}

}  // namespace
}  // namespace outrider::protection
