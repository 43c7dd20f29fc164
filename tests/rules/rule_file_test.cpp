// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_file.hpp"

#include <gtest/gtest.h>

using namespace std::chrono_literals;

namespace outrider::rules {
namespace {

/// The one problem of a text, as `line:column: reason`; all of them if there are more.
std::string problems_of(const std::string& text) {
  std::string all;
  for (const FileProblem& problem : parse_rule_text(text, "f").problems) {
    if (!all.empty()) all += '\n';
    all += problem.text().substr(2);
  }
  return all;
}

/// A rule file with these lines as the body of its only rule.
std::string rule(const std::string& body) {
  return "groups:\n- name: g\n  rules:\n  - alert: A\n" + body;
}

TEST(RuleFile, LoadsEveryFieldOfAnAlert) {
  const LoadResult loaded = parse_rule_text(R"(
groups:
- name: quality
  interval: 1ms
  limit: 0
  rules:
  - alert: RejectStorm
    expr: rate(rejects_total[5s]) > 10
    for: 250ms
    keep_firing_for: 1m30s
    labels: {severity: page, level: 3}
    annotations:
      summary: "{{ $labels.producer }} rejects {{ $value }}/s"
)",
                                            "f.yml");

  ASSERT_TRUE(loaded.ok()) << loaded.problems[0].text();
  ASSERT_EQ(loaded.rules.rule_count(), 1U);
  EXPECT_EQ(loaded.rules.groups[0].interval, 1ms);
  const AlertRule& alert = loaded.rules.groups[0].rules[0];
  EXPECT_EQ(alert.group, "quality");
  EXPECT_EQ(alert.name, "RejectStorm");
  EXPECT_EQ(alert.expression, "rate(rejects_total[5s]) > 10");
  EXPECT_EQ(alert.timing.hold, 250ms);
  EXPECT_EQ(alert.timing.keep_firing, 90s);
  EXPECT_EQ(alert.labels[1].second.text(), "3");
  EXPECT_EQ(alert.line, 7U);
  EXPECT_EQ(expand_annotations(alert, {{"producer", "gw"}}, 12.5),
            (aggregate::Labels{{"summary", "gw rejects 12.5/s"}}));
}

TEST(RuleFile, GivesAGroupTheDefaultInterval) {
  const std::string text = rule("    expr: x\n");

  EXPECT_EQ(parse_rule_text(text, "f").rules.groups[0].interval, 100ms);
  EXPECT_EQ(parse_rule_text(text, "f", {.default_interval = 7s}).rules.groups[0].interval, 7s);
}

TEST(RuleFile, AcceptsAnEmptyFileAndEmptyGroups) {
  EXPECT_EQ(problems_of(""), "");
  EXPECT_EQ(problems_of("groups:\n"), "");
  EXPECT_EQ(problems_of("groups: []\n"), "");
  EXPECT_EQ(problems_of("groups:\n- name: g\n  rules:\n"), "");
}

TEST(RuleFile, PointsIntoAPlainExpression) {
  EXPECT_EQ(
      problems_of(rule("    expr: x > count_values(\"v\", y)\n")),
      "5:15: expr: found the aggregation \"count_values\", which is PromQL that this version does "
      "not support; "
      "needed a rule without it; rewrite it, or leave it to Prometheus");
}

TEST(RuleFile, PointsIntoAQuotedExpression) {
  EXPECT_EQ(
      problems_of(rule("    expr: 'x > exp(y)'\n")),
      "5:16: expr: found the function \"exp\", which is PromQL that this version does not support; "
      "needed a rule without it; rewrite it, or leave it to Prometheus");
  EXPECT_EQ(
      problems_of(rule("    expr: \"x{a=\\\"b\\\"} > exp(y)\"\n")),
      "5:25: expr: found the function \"exp\", which is PromQL that this version does not support; "
      "needed a rule without it; rewrite it, or leave it to Prometheus");
  EXPECT_EQ(
      problems_of(rule("    expr: 'x{a=''b''} > exp(y)'\n")),
      "5:25: expr: found the function \"exp\", which is PromQL that this version does not support; "
      "needed a rule without it; rewrite it, or leave it to Prometheus");
}

TEST(RuleFile, PointsIntoABlockExpression) {
  EXPECT_EQ(
      problems_of(rule("    expr: |\n      x\n        > exp(y)\n")),
      "7:11: expr: found the function \"exp\", which is PromQL that this version does not support; "
      "needed a rule without it; rewrite it, or leave it to Prometheus");
  EXPECT_EQ(
      problems_of(rule("    expr: |-\n\n      x # >\n      > exp(y)\n")),
      "8:9: expr: found the function \"exp\", which is PromQL that this version does not support; "
      "needed a rule without it; rewrite it, or leave it to Prometheus");
  EXPECT_EQ(
      problems_of(rule("    expr: >\n      x\n      > exp(y)\n    for: 1s\n")),
      "7:9: expr: found the function \"exp\", which is PromQL that this version does not support; "
      "needed a rule without it; rewrite it, or leave it to Prometheus");
}

TEST(RuleFile, PointsIntoAnExpressionOverSeveralPlainLines) {
  EXPECT_EQ(
      problems_of(rule("    expr: x\n      > exp(y)\n")),
      "6:9: expr: found the function \"exp\", which is PromQL that this version does not support; "
      "needed a rule without it; rewrite it, or leave it to Prometheus");
}

TEST(RuleFile, PointsBehindAnExpressionThatEndsTooEarly) {
  EXPECT_EQ(
      problems_of(rule("    expr: x >\n    for: 1s\n")),
      "5:14: expr: found the end of the expression; needed a number, a metric name, a function "
      "or \"(\"");
}

TEST(RuleFile, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(
      problems_of(rule("    expr: x\n    forx: 5s\n")),
      "6:5: a rule: found unknown key \"forx\"; needed alert, record, expr, for, keep_firing_for, "
      "labels or annotations");
  EXPECT_EQ(
      problems_of("groups:\n- name: g\n  query_offset: 1s\n  rules: []\n"),
      "3:3: a group: found unknown key \"query_offset\"; needed name, interval, limit or rules");
  EXPECT_EQ(problems_of("group: []\n"),
            "1:1: a rule file: found unknown key \"group\"; needed groups");
  EXPECT_EQ(problems_of(rule("    expr: x\n    expr: y\n")),
            "6:5: a rule: found key \"expr\" twice; needed once; drop one");
}

TEST(RuleFile, RefusesLimits) {
  EXPECT_EQ(
      problems_of("groups:\n- name: g\n  limit: 5\n  rules: []\n"),
      "3:10: limit: found a limit of alerts, which this version does not support; needed none; "
      "remove it");
}

TEST(RuleFile, RefusesBadDurationsNamesAndTypes) {
  EXPECT_EQ(problems_of(rule("    expr: x\n    for: 5 s\n")),
            "6:10: for: found \"5 s\"; needed a duration such as 250ms or 1m30s");
  EXPECT_EQ(
      problems_of(rule("    expr: x[5m]\n")),
      "5:11: expr: found a range vector; needed an instant vector or a scalar; compare it with "
      "a threshold");
  EXPECT_EQ(problems_of(rule("    expr: x\n    labels: [a]\n")),
            "6:13: labels: found a list; needed a mapping");
  EXPECT_EQ(problems_of(rule("    expr: x\n    labels: {a: [b]}\n")),
            "6:17: a: found a list; needed one text");
  EXPECT_EQ(problems_of(rule("    expr: x\n    labels: {a-b: c}\n")),
            "6:14: found \"a-b\" in labels; needed a label name other than __name__, such as "
            "severity; rename it");
  EXPECT_EQ(problems_of(rule("    expr: x\n    labels: {__name__: c}\n")),
            "6:14: found \"__name__\" in labels; needed a label name other than __name__, such as "
            "severity; rename it");
  EXPECT_EQ(problems_of("groups:\n- name: g\n  rules:\n  - expr: x\n"),
            "4:5: a rule: found no \"alert\"; needed one");
  EXPECT_EQ(problems_of(rule("    for: 1s\n")), "4:5: a rule: found no \"expr\"; needed one");
  EXPECT_EQ(problems_of("groups: {a: b}\n"), "1:9: groups: found a mapping; needed a list");
  EXPECT_EQ(problems_of("groups:\n- name: g\n- name: g\n"),
            "3:9: found group \"g\" twice; needed one of a name in a file; rename one");
}

TEST(RuleFile, RefusesFunctionsInTemplatesOfWhatTheyDoNotTake) {
  const auto of = [](const std::string& action) {
    return problems_of(rule("    expr: x\n    annotations:\n      s: '{{" + action + "}}'\n"));
  };
  EXPECT_EQ(of("title $value"),
            "7:11: found title of something else; needed it of one text, such as $labels.name");
  EXPECT_EQ(of("$labels.a | humanize"),
            "7:11: found humanize of something else; needed it of $value");
  EXPECT_EQ(
      of("printf \"%d\" $value"),
      "7:11: found the verb %d for $value, which is a number with a fraction; needed one such "
      "as %.0f");
  EXPECT_EQ(of("printf \"%.1f\" $labels.a"), "7:11: found the verb %f for a text; needed %s");
  EXPECT_EQ(of("printf \"%.1f %s\" $value"),
            "7:11: found more verbs than values in a format; needed one for each; drop one");
  EXPECT_EQ(
      of("printf \"a\" $value"),
      "7:11: found more values than verbs in a format; needed one for each; write %s or %.2f");
  EXPECT_EQ(of("$value | printf \"%.\""),
            "7:11: found a format that ends within a verb; needed one such as %.2f");
  EXPECT_EQ(of("printf $value"),
            "7:11: found printf without a format; needed one such as printf \"%.2f\" $value");
}

// promtool has no URL for this one, and fails; Prometheus has.
TEST(RuleFile, KnowsTheFunctionOfTheExternalUrl) {
  TextTemplate text;
  TemplateProblem problem;

  ASSERT_TRUE(TextTemplate::parse("{{ externalURL }}/live, {{ externalURL | toUpper }}", text,
                                  problem, {{}, "http://desk-1:9717"}));

  EXPECT_EQ(text.expand({}, 0), "http://desk-1:9717/live, HTTP://DESK-1:9717");
}

TEST(RuleFile, RefusesTemplatesItWouldNotExpandAsPrometheusDoes) {
  const std::string needed =
      "; needed {{ $labels.name }}, {{ $value }}, {{ $externalLabels.name }} or {{ $externalURL "
      "}}, "
      "alone or through humanize, humanize1024, humanizeDuration, humanizePercentage, "
      "humanizeTimestamp, title, toLower, toUpper or printf";
  EXPECT_EQ(
      problems_of(rule("    expr: x\n    annotations:\n      s: a {{ $value | humanise }}\n")),
      "7:12: found {{ $value | humanise }}, which is not supported" + needed);
  EXPECT_EQ(problems_of(rule("    expr: x\n    labels:\n      s: '{{ $externalLabels }}'\n")),
            "7:11: found {{ $externalLabels }}, which is not supported" + needed);
  EXPECT_EQ(
      problems_of(rule("    expr: x\n    labels:\n      s: 'v{{ $value }}'\n")),
      "7:12: found $value in a label, where every value would be a new alert; needed a fixed text "
      "or a label's value; put it into an annotation");
  EXPECT_EQ(problems_of(rule("    expr: x\n    annotations:\n      s: 'a {{ $value'\n")),
            "7:13: found {{ without }}; needed both; close it");
}

TEST(RuleFile, RefusesAPastThatCannotBeKeptAsFinelyAsItIsAskedFor) {
  const auto at = [](const std::string& interval, const std::string& expr) {
    return problems_of("groups:\n- name: g\n  interval: " + interval +
                       "\n  rules:\n  - alert: A\n    expr: " + expr + "\n");
  };
  EXPECT_EQ(at("1s", "sum_over_time(x[1h])"), "");
  EXPECT_EQ(at("100ms", "avg_over_time(x[1d])"), "");
  EXPECT_EQ(at("100ms", "abs(x - x offset 1w)"), "");
  EXPECT_EQ(at("100ms", "1 + count_over_time(x[1h])"),
            "6:31: expr: found a count or a sum of more samples than are kept, one each 880ms; "
            "needed a group's interval of at least 880ms, for what it yields depends on that; "
            "write it");
  EXPECT_EQ(at("100ms", "max by (a) (rate(x[30s] offset 1d))"),
            "6:28: expr: found a range so far back that its samples are kept each 21117ms; needed "
            "one of at least three; lengthen it or shorten the offset");
  EXPECT_EQ(at("1m", "-(y + x offset 30d)"),
            "6:17: expr: found an offset so far back that its value is kept each 633277ms; needed "
            "one of at most a week; shorten it");
}

TEST(RuleFile, ReportsEveryProblemAtOnce) {
  const LoadResult loaded = parse_rule_text(R"(groups:
- name: g
  interval: soon
  rules:
  - alert: A
    expr: exp(x) > hour()
    for: 1
  - alert: B
    expr: y +
    label: {a: b}
)",
                                            "dir/f.yml");

  ASSERT_EQ(loaded.problems.size(), 6U);
  EXPECT_EQ(loaded.problems[0].text(),
            "dir/f.yml:3:13: interval: found \"soon\"; needed a duration such as 250ms or 1m30s");
  EXPECT_EQ(loaded.problems[3].line, 6U);
  EXPECT_EQ(loaded.problems[5].line, 9U);
}

TEST(RuleFile, ReportsBrokenYamlAndMissingFilesWithTheirPlace) {
  EXPECT_EQ(parse_rule_text("groups: [\n", "f").problems.size(), 1U);
  EXPECT_EQ(problems_of("a: b: c\n").substr(0, 4), "1:5:");
  EXPECT_EQ(problems_of("groups: []\n---\ngroups: []\n").substr(0, 2), "3:");
  const LoadResult loaded = load_rule_files({"/nonexistent/rules.yml"});
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(
      loaded.problems[0].text(),
      "/nonexistent/rules.yml: found no such file; needed a readable rule file; correct the path");
}

}  // namespace
}  // namespace outrider::rules
