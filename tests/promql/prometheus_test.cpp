// SPDX-License-Identifier: Apache-2.0
// Our answers before Prometheus' own evaluator: what we compute is claimed in a
// unit test file, and promtool must find every claim true.
#include <gtest/gtest.h>

#include <cmath>

#include "promql/expression_soup.hpp"
#include "promql/promtool.hpp"

using namespace std::chrono_literals;

namespace outrider::test {
namespace {

/// NaN equals nothing, not even in a unit test file: it is claimed through a
/// comparison of the expression with itself.
void add_claims(const std::string& expr, std::chrono::milliseconds at, const Result& result,
                std::vector<Claim>& claims) {
  bool any_nan = false;
  for (const auto& element : result.elements) any_nan |= std::isnan(element.value);
  if (!any_nan) return claims.push_back({expr, at, result.elements});
  Claim which{"(" + expr + ") != bool (" + expr + ")", at, {}};
  Claim numbers{"(" + expr + ") == (" + expr + ")", at, {}};
  for (const auto& element : result.elements) {
    const bool is_nan = std::isnan(element.value);
    which.elements.push_back({promql::drop_name(element.labels), is_nan ? 1.0 : 0.0});
    if (!is_nan) numbers.elements.push_back(element);
  }
  claims.push_back(which);
  claims.push_back(numbers);
}

TEST(Prometheus, AgreesOnEveryExpressionOfTheTable) {
  const Timeline timeline = sample_timeline();
  std::vector<Claim> claims;

  std::vector<std::string> expressions = lines_of("tests/promql/expressions.txt");
  expressions.insert(expressions.end(), {"load # the host's\n> 0", "load\n{\nhost='a'\n}"});
  for (const std::string& expr : expressions) {
    for (const std::chrono::milliseconds at : {0s, 1s, 12s, 23s, 31s, 50s, 60s}) {
      const Result result = evaluate_on(timeline, expr, at);
      ASSERT_EQ(result.error, "") << expr;
      add_claims(expr, at, result, claims);
    }
  }

  const Verdict verdict = judge(timeline, claims);
  EXPECT_EQ(verdict.exit_code, 0) << verdict.output.substr(0, 4000);
}

TEST(Prometheus, AgreesOnRangesThatEndBetweenSamples) {
  const Timeline timeline = sample_timeline();
  std::vector<Claim> claims;

  for (const std::string expr :
       {"rate(requests_total[10s])", "increase(requests_total[10s])", "rate(gappy_total[20s])",
        "avg_over_time(load[5s])", "max_over_time(load[3s500ms])", "rate(late_total[1m])",
        "min_over_time(requests_total[1s])", "rate(requests_total[2s1ms])",
        "rate(requests_total[10s] offset 5s)", "sum_over_time(load[2s] offset 499ms)",
        "load offset 1s", "load offset 1ms", "gappy_total offset 500ms", "irate(load[5s])"}) {
    for (const std::chrono::milliseconds at : {12500ms, 12999ms, 23001ms, 40100ms, 59900ms}) {
      add_claims(expr, at, evaluate_on(timeline, expr, at), claims);
    }
  }

  const Verdict verdict = judge(timeline, claims);
  EXPECT_EQ(verdict.exit_code, 0) << verdict.output.substr(0, 4000);
}

TEST(Prometheus, AgreesOnWhatIsAnError) {
  const Timeline timeline = sample_timeline();

  for (const std::string expr :
       {"requests_total * on(instance) group_left(job) errors_total",
        "load * on(dc) group_left load", "load * on(dc) group_right load", "topk(NaN, load)",
        "bottomk(1e30, load)", "abs({__name__=~\"(requests|errors)_total\"})",
        "sum_over_time({__name__=~\"(requests|errors)_total\"}[5s])", "load * on(dc) load",
        "limit < on() bare", "bare + on() load", "-{__name__=~\"(requests|errors)_total\"}",
        "rate({__name__=~\"(requests|errors)_total\"}[5s])",
        "{__name__=~\"(requests|errors)_total\"} + 1"}) {
    EXPECT_NE(evaluate_on(timeline, expr, 12s).error, "") << expr;
    const Verdict verdict = judge(timeline, {{expr, 12s, {}}});
    EXPECT_NE(verdict.exit_code, 0) << expr;
    EXPECT_NE(verdict.output.find("err: "), std::string::npos) << expr << verdict.output;
  }
}

TEST(Prometheus, RefusesAClaimThatIsWrong) {
  const Timeline timeline = sample_timeline();

  EXPECT_EQ(judge(timeline, {{"bare", 1s, {{{{"__name__", "bare"}}, 3}}}}).exit_code, 0);
  EXPECT_NE(
      judge(timeline, {{"bare", 1s, {{{{"__name__", "bare"}}, 3.0000000000000004}}}}).exit_code, 0);
  EXPECT_NE(judge(timeline, {{"bare", 1s, {{{}, 3}}}}).exit_code, 0);
}

TEST(Prometheus, AgreesOnExpressionsMadeAtRandom) {
  const unsigned seed = 20261121;
  SCOPED_TRACE("seed " + std::to_string(seed));
  const Timeline timeline = sample_timeline();
  ExpressionSoup soup{seed};
  std::vector<Claim> claims;
  std::vector<Claim> errors;
  std::size_t with_elements = 0;

  for (int i = 0; i < 2000; ++i) {
    const std::string expr = soup.vector(4);
    const std::chrono::seconds at{i % 61};
    const Result result = evaluate_on(timeline, expr, at);
    with_elements += result.elements.empty() ? 0 : 1;
    if (result.error.empty()) {
      add_claims(expr, at, result, claims);
    } else {
      errors.push_back({expr, at, {}});
    }
  }

  EXPECT_GT(with_elements, 500U) << "too few expressions have a value to compare";
  const Verdict verdict = judge(timeline, claims);
  EXPECT_EQ(verdict.exit_code, 0) << verdict.output.substr(0, 4000);
  EXPECT_GT(errors.size(), 20U);
  errors.resize(std::min<std::size_t>(errors.size(), 60));
  for (const Claim& claim : errors) {
    const Verdict refusal = judge(timeline, {claim});
    EXPECT_NE(refusal.output.find("err: "), std::string::npos) << claim.expr << refusal.output;
  }
}

}  // namespace
}  // namespace outrider::test
