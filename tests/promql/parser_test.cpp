// SPDX-License-Identifier: Apache-2.0
// What the parser says, and where it points.
#include "promql/parser.hpp"

#include <gtest/gtest.h>

namespace outrider::promql {
namespace {

struct Refusal {
  std::string expr;
  std::size_t line;
  std::size_t column;
  std::string reason;  ///< a part of it
};

TEST(Parser, NamesWhatItDoesNotSupportAndWhereItStands) {
  const std::vector<Refusal> refusals{
      {"x offset -5m > 1", 1, 3, "an offset into the future"},
      {"x @ 5", 1, 3, "\"@\""},
      {"x[5m:1m]", 1, 2, "a subquery"},
      {"max_over_time(x[5m:])", 1, 16, "a subquery"},
      {"1 +\n  count_values by (a) (\"v\", x)", 2, 3, "the aggregation \"count_values\""},
      {"count_values(\"v\", x)", 1, 1, "the aggregation \"count_values\""},
      {"exp(x) > 1", 1, 1, "the function \"exp\""},
      {"x >\n    hour()", 2, 5, "the function \"hour\""},
      {"a atan2 b", 1, 3, "the operator \"atan2\""},
  };

  for (const Refusal& refusal : refusals) {
    const ParseResult result = parse(refusal.expr);
    ASSERT_EQ(result.problems.size(), 1U) << refusal.expr;
    const Problem& problem = result.problems[0];
    const Location place = locate(refusal.expr, problem.offset);
    EXPECT_EQ(place.line, refusal.line) << refusal.expr;
    EXPECT_EQ(place.column, refusal.column) << refusal.expr;
    EXPECT_EQ(problem.reason, "found " + refusal.reason +
                                  ", which is PromQL that this version does not support; needed a "
                                  "rule without it; rewrite it, or leave it to Prometheus");
  }
}

TEST(Parser, PointsAtWhatIsWrong) {
  const std::vector<Refusal> refusals{
      {"x >", 1, 4, "found the end"},
      {"x{a=b}", 1, 5, "found \"b\"; needed a string"},
      {"x{a=\"b\"", 1, 8, "needed \",\" or \"}\""},
      {"x{a=~\"(\"}", 1, 6, "no regular expression"},
      {"sum by a (x)", 1, 8, "needed \"(\""},
      {"foo(x)", 1, 1, "found \"foo\", which is no function"},
      {"rate(x)", 1, 6, "found an instant vector as argument 1 of \"rate\"; needed a range vector"},
      {"rate(x[5m], 1)", 1, 1, "found 2 argument(s) of \"rate\"; needed 1"},
      {"1 > 2", 1, 3, "needed \"bool\""},
      {"1 and x", 1, 3, "found a scalar as an operand of \"and\""},
      {"{}", 1, 1, "does not match the empty string"},
      {"x[5]", 1, 3, "needed a duration"},
      {"x[0s]", 1, 3, "needed a longer one"},
      {"x offset 0s", 1, 10, "found an offset of 0"},
      {"x + 12ab", 1, 5, "needed a number, or a duration"},
      {"x{a=\"b}", 1, 5, "a string that does not end"},
      {"x{a=\"b\\q\"}", 1, 7, "found a backslash"},
      {"x $ 1", 1, 3, "found \"$\"; needed a character of PromQL"},
      {"x\n\n) + 1", 3, 1, "found \")\"; needed an operator or the end"},
  };

  for (const Refusal& refusal : refusals) {
    const ParseResult result = parse(refusal.expr);
    ASSERT_FALSE(result.problems.empty()) << refusal.expr;
    const Problem& problem = result.problems[0];
    const Location place = locate(refusal.expr, problem.offset);
    EXPECT_EQ(place.line, refusal.line) << refusal.expr << problem.reason;
    EXPECT_EQ(place.column, refusal.column) << refusal.expr << problem.reason;
    EXPECT_NE(problem.reason.find(refusal.reason), std::string::npos) << problem.reason;
  }
}

TEST(Parser, ReportsEveryUnsupportedPartAtOnce) {
  const ParseResult result = parse("count_values(\"v\", exp(x offset -5m)) > hour()");

  EXPECT_EQ(result.expr, nullptr);
  EXPECT_EQ(result.problems.size(), 4U);
}

std::string repeated(const std::string& text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

TEST(Parser, RefusesWhatNestsTooDeepInsteadOfOverflowing) {
  const std::size_t deep = 200'000;
  const std::string x = "x";

  for (const std::string& expr :
       {repeated("(", deep), repeated("(", deep) + x + repeated(")", deep), repeated("-", deep) + x,
        x + repeated("+x", deep), x + repeated("^x", deep), x + repeated(" or x", deep),
        repeated("sum(", deep), repeated("absent(", deep) + x, repeated("x>bool(", deep),
        x + repeated("[5m:]", deep)}) {
    const ParseResult result = parse(expr);
    ASSERT_EQ(result.problems.size(), 1U);
    EXPECT_NE(result.problems[0].reason.find("nests deeper"), std::string::npos)
        << result.problems[0].reason;
  }
}

TEST(Parser, AcceptsADepthThatPeopleWrite) {
  EXPECT_NE(parse(repeated("x + ", 100) + "x").expr, nullptr);
  EXPECT_NE(parse(repeated("(", 80) + "x" + repeated(")", 80)).expr, nullptr);
}

}  // namespace
}  // namespace outrider::promql
