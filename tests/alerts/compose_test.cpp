// SPDX-License-Identifier: Apache-2.0
#include "outputs/alerts/compose.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "alerts/sample.hpp"
#include "rules/rule_file.hpp"

namespace outrider::alerts {
namespace {

struct AlertComposer : testing::Test {
  config::Config config;
  rules::RuleSet rules;

  AlertComposer() {
    rules::AlertRule rule;
    rule.name = "MaxLoss";
    rules::TextTemplate text;
    rules::TemplateProblem problem;
    EXPECT_TRUE(
        rules::TextTemplate::parse("lost {{ $value }} on {{ $labels.venue }}", text, problem));
    rule.annotations.emplace_back("summary", text);
    EXPECT_TRUE(rules::TextTemplate::parse("https://runbooks/max-loss", text, problem));
    rule.annotations.emplace_back("runbook_url", text);
    rules.groups.push_back({"desk", "desk.rules.yml", 100ms, {rule}});
  }

  Alert of_rule(aggregate::Labels labels) const {
    auto instance = std::make_shared<rules::AlertInstance>();
    instance->source_labels = labels;
    labels.emplace(labels.begin(), "alertname", "MaxLoss");
    instance->labels = std::move(labels);
    return Composer{config}.of_rule({nullptr, &rules.groups.front().rules.front(), instance,
                                     rules::AlertState::firing, 12.5, eight_o_clock});
  }
  Alert of_latch(protection::Action action, const char* rule, const char* actor) const {
    return Composer{config}.of_latch(
        {action, "venue=binance", {rule, actor, actor[0] ? "too fast" : "", 12.5}, eight_o_clock},
        &rules);
  }
  static std::string text(const aggregate::Labels& labels, const char* name) {
    return std::string{promql::label_value(labels, name)};
  }
};

TEST_F(AlertComposer, MapsTheWordsForSeverityToFour) {
  const std::pair<const char*, const char*> words[] = {
      {"page", "critical"},       {"HIGH", "critical"}, {"medium", "warning"},
      {"emergency", "emergency"}, {"sev3", "sev3"},     {"", "warning"}};
  for (const auto& [from, to] : words)
    EXPECT_EQ(text(of_rule({{"severity", from}}).labels, "severity"), to) << from;
  config.alerting.severities["sev3"] = "info";
  EXPECT_EQ(text(of_rule({{"severity", "sev3"}}).labels, "severity"), "info");
}

TEST_F(AlertComposer, AddsExternalLabelsBelowTheAlertsOwn) {
  config.alerting.external_labels = {{"env", "prod"}, {"venue", "none"}};
  const Alert alert = of_rule({{"venue", "binance"}});
  EXPECT_EQ(text(alert.labels, "env"), "prod");
  EXPECT_EQ(text(alert.labels, "venue"), "binance");
  EXPECT_TRUE(std::is_sorted(alert.labels.begin(), alert.labels.end()));
}

TEST_F(AlertComposer, PutsThoseOfTheWholeSidecarBelowThoseOfAlerting) {
  config.alerting.external_labels = {{"env", "paper"}};
  config.external_labels = {{"env", "prod"}, {"region", "tokyo"}};
  const Alert alert = of_rule({{"venue", "binance"}});
  EXPECT_EQ(text(alert.labels, "env"), "paper");
  EXPECT_EQ(text(alert.labels, "region"), "tokyo");
}

TEST_F(AlertComposer, TellsTemplatesWhatAlertsCarry) {
  config.alerting.external_labels = {{"env", "paper"}};
  config.external_labels = {{"env", "prod"}, {"region", "tokyo"}};
  config.alerting.generator_url = "https://desk.example.org/outrider/";
  const rules::TemplateFacts facts = template_facts(config);
  EXPECT_EQ(text(facts.external_labels, "env"), "paper");
  EXPECT_EQ(text(facts.external_labels, "region"), "tokyo");
  EXPECT_EQ(facts.external_url, "https://desk.example.org/outrider");
}

TEST_F(AlertComposer, LinksToThisHostByItsNameWhereItListensEverywhere) {
  std::array<char, 256> name{};
  ASSERT_EQ(::gethostname(name.data(), name.size() - 1), 0);
  for (const char* host : {"0.0.0.0", "::"}) {
    config.web.listen_address = {host, 9717};
    EXPECT_EQ(Composer{config}.generator_url(), std::string{"http://"} + name.data() + ":9717/");
  }
  config.web.listen_address = {"::1", 9717};
  EXPECT_EQ(Composer{config}.generator_url(), "http://[::1]:9717/");
}

TEST_F(AlertComposer, SaysWhatTheRuleDoesAndToWhat) {
  config.protection.breakers.push_back({.alert = "MaxLoss", .scope = "producer"});
  config.protection.kill_switch.push_back({.alert = "MaxLoss", .scope = "venue"});
  const Alert alert = of_rule({{"producer", "gw"}, {"venue", "binance"}});
  EXPECT_EQ(text(alert.labels, "action"), "kill") << "the gravest";
  EXPECT_EQ(text(alert.labels, "scope"), "venue=binance");
  EXPECT_TRUE(is_kill(alert));
}

TEST_F(AlertComposer, LeavesARuleWithoutConsequenceAsItIs) {
  const Alert alert = of_rule({{"venue", "binance"}});
  EXPECT_EQ(text(alert.labels, "action") + text(alert.labels, "scope"), "");
  EXPECT_EQ(text(alert.annotations, "summary"), "lost 12.5 on binance");
  EXPECT_EQ(text(alert.annotations, "runbook_url"), "https://runbooks/max-loss");
}

TEST_F(AlertComposer, MakesATripAnAlertOfItsOwnWithTheRulesRunbook) {
  const Alert alert = of_latch(protection::Action::trip, "MaxLoss", "");
  const aggregate::Labels labels{{"action", "halt"},
                                 {"alertname", "OutriderTrip"},
                                 {"rule", "MaxLoss"},
                                 {"scope", "venue=binance"},
                                 {"severity", "critical"}};
  EXPECT_EQ(alert.labels, labels);
  EXPECT_EQ(text(alert.annotations, "summary"), "venue=binance is HALTED by rule MaxLoss at 12.5");
  EXPECT_EQ(text(alert.annotations, "runbook_url"), "https://runbooks/max-loss");
}

TEST_F(AlertComposer, MakesAPersonsKillAnAlertToo) {
  const Alert alert = of_latch(protection::Action::kill, "", "ann");
  EXPECT_TRUE(is_kill(alert));
  EXPECT_EQ(text(alert.labels, "severity"), "emergency");
  EXPECT_EQ(text(alert.annotations, "summary"), "venue=binance is KILLED by ann");
  EXPECT_EQ(text(alert.annotations, "description").substr(0, 9), "too fast.");
}

TEST_F(AlertComposer, SaysWhatALatchDoesAndWhatEndsIt) {
  const auto said = [&](protection::Action action) {
    const Alert alert = of_latch(action, "MaxLoss", "");
    return text(alert.labels, "action") + ": " + text(alert.annotations, "description");
  };
  EXPECT_EQ(said(protection::Action::reduce).substr(0, 8), "reduce: ");
  EXPECT_EQ(said(protection::Action::block_entries).substr(0, 7), "block: ");
  EXPECT_NE(said(protection::Action::block_entries).find("when its time is over"),
            std::string::npos);
  EXPECT_EQ(said(protection::Action::hold).substr(0, 6), "halt: ");
  EXPECT_NE(said(protection::Action::hold).find("outrider arm --scope venue=binance"),
            std::string::npos);
}

TEST_F(AlertComposer, TakesTheCooldownOfTheRuleBeforeThatOfItsSeverity) {
  const Alert alert = of_rule({{"severity", "critical"}});
  EXPECT_EQ(Composer{config}.cooldown_of(alert), 60s);
  EXPECT_EQ(Composer{config}.cooldown_of(of_rule({{"severity", "sev3"}})), 300s);
  config.alerting.cooldowns["MaxLoss"] = 5s;
  EXPECT_EQ(Composer{config}.cooldown_of(alert), 5s);
}

}  // namespace
}  // namespace outrider::alerts
