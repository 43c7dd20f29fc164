// SPDX-License-Identifier: Apache-2.0
// Rules that cannot mean what they say, most of them as they stood in systems in use.
#include "rules/findings.hpp"

#include <gtest/gtest.h>

namespace outrider::rules {
namespace {

/// The warnings on one alert, without the word that begins each.
std::string findings_of(const std::string& expr, const std::string& summary = "s") {
  const LoadResult loaded = parse_rule_text(
      "groups:\n- name: g\n  interval: 15s\n  rules:\n  - alert: A\n    expr: >-\n"
      "      " +
          expr + "\n    annotations: {summary: '" + summary + "'}\n",
      "f");
  for (const FileProblem& problem : loaded.problems) ADD_FAILURE() << problem.text();
  std::string all;
  for (const FileProblem& problem : find_mistakes(loaded.rules)) all += problem.text() + "\n";
  return all;
}

std::string never(const std::string& op, const std::string& label) {
  return "f:5: warning: found \"" + op + "\" between series that never have the same \"" + label +
         "\", so it yields nothing, ever; needed labels that both sides have; write on() with "
         "these behind it, or sum each side\n";
}

TEST(Findings, SeeASelectorJoinedWithACountOfAll) {
  EXPECT_EQ(findings_of("breaker_state{breaker=\"api\"} == 1 and count(server_health == 0) > 3"),
            never("and", "instance"));
  EXPECT_EQ(findings_of("(kill_switch == 1 or breaker_state{breaker=\"api\"} == 1) and "
                        "count(server_health == 0) >= 3"),
            never("and", "instance"));
  EXPECT_EQ(findings_of("breaker_state == 1 and on() count(server_health == 0) > 3"), "");
  EXPECT_EQ(findings_of("sum(errors) / sum(requests) > 0.1"), "");
  EXPECT_EQ(findings_of("count(a == 0) >= 5 or count(b == 2) >= 2"), "");
  EXPECT_EQ(findings_of("job:errors:sum > count(requests)"), "");
}

TEST(Findings, SeeSidesThatDisagreeInALabel) {
  EXPECT_EQ(findings_of("pnl{type=\"realized\"} + pnl{type=\"unrealized\"} < 0"),
            never("+", "type"));
  EXPECT_EQ(findings_of("sum by (venue) (x) > sum by (side) (y{side=\"buy\"})"),
            never(">", "side"));
  EXPECT_EQ(findings_of("pnl{type=\"realized\"} + ignoring(type) pnl{type=\"unrealized\"} < 0"),
            "");
  EXPECT_EQ(findings_of("rate(errors{venue=\"a\"}[5m]) / rate(requests{venue=\"a\"}[5m]) > 1"), "");
}

TEST(Findings, SeeARuleThatIsSilentWithoutItsSeries) {
  EXPECT_NE(findings_of("rate(orders_total[15m]) == 0").find("silent"), std::string::npos);
  EXPECT_NE(findings_of("sum(increase(orders_total[15m])) == 0").find("silent"), std::string::npos);
  EXPECT_EQ(findings_of("rate(orders_total[15m]) == 0 or absent(orders_total)"), "");
  EXPECT_EQ(findings_of("connected == 0"), "");
}

TEST(Findings, SeeUnitsThatTheTextGetsWrong) {
  EXPECT_EQ(findings_of("daily_pnl_used > 0.8", "{{ $value | humanizePercentage }}% used"),
            "f:5: warning: found % behind humanizePercentage in \"summary\", which brings its own; "
            "needed one; drop it\n");
  EXPECT_EQ(findings_of("daily_pnl_used > 0.8", "{{ $value | humanizePercentage }} used"), "");
  EXPECT_EQ(
      findings_of("histogram_quantile(0.95, rate(latency_ms_bucket[5m])) > 500",
                  "p95 is {{ $value | humanizeDuration }}"),
      "f:5: warning: found humanizeDuration of what seems to be milliseconds; needed seconds; "
      "divide by 1000\n");
  EXPECT_EQ(findings_of("rate(auth_failures_total[5m]) > 10", "more than 10/min"),
            "f:5: warning: found \"per minute\" beside a rate, which is per second; needed one of "
            "the two; write 60 * rate(...)\n");
  EXPECT_EQ(findings_of("60 * rate(auth_failures_total[5m]) > 10", "more than 10/min"), "");
}

}  // namespace
}  // namespace outrider::rules
