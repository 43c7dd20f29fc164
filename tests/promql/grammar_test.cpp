// SPDX-License-Identifier: Apache-2.0
// What is an expression and what is not: Prometheus' parser and ours must say
// the same of every text, sound, broken at random, or made of loose tokens.
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <random>
#include <set>
#include <sstream>

#include "promql/expression_soup.hpp"
#include "promql/lexer.hpp"
#include "promql/promtool.hpp"

namespace outrider::test {
namespace {

/// True when the text is PromQL, whether or not this version supports it.
bool we_accept(const std::string& expr) {
  for (const promql::Problem& problem : promql::parse(expr).problems) {
    if (problem.reason.find("does not support") == std::string::npos) return false;
  }
  return true;
}

/// Which of the expressions Prometheus refuses, by index.
std::set<std::size_t> refused_by_prometheus(const std::vector<std::string>& exprs) {
  std::ostringstream out;
  out << "groups:\n- name: g\n  rules:\n";
  for (std::size_t i = 0; i < exprs.size(); ++i) {
    out << "  - alert: A" << i << "\n    expr: " << quoted(exprs[i]) << "\n";
  }
  const ScratchDirectory directory;
  const std::string output =
      run_promtool("check rules " + directory.write("soup.yml", out.str())).output;
  std::set<std::size_t> refused;
  const std::string before = "\"A";
  for (std::size_t pos = output.find(before); pos != output.npos;
       pos = output.find(before, pos + 1)) {
    const std::size_t end = output.find('"', pos + 2);
    if (output.compare(end, 23, "\": could not parse expr", 23) != 0) continue;
    refused.insert(std::stoul(output.substr(pos + 2, end - pos - 2)));
  }
  return refused;
}

/// Two things that Prometheus' parser lets through and ours does not, left so:
/// letters behind a duration, and `@ start()` before a range.
bool is_known_difference(const std::string& expr) {
  static const re2::RE2 known{R"(\[\s*\d\w*\s+[a-z]|@\s*(start|end)\s*\(\s*\)\s*\[)"};
  return re2::RE2::PartialMatch(expr, known);
}

void expect_agreement(const std::vector<std::string>& exprs) {
  const std::set<std::size_t> refused = refused_by_prometheus(exprs);
  for (std::size_t i = 0; i < exprs.size(); ++i) {
    if (is_known_difference(exprs[i])) continue;
    const bool they_accept = refused.count(i) == 0;
    const auto problems = promql::parse(exprs[i]).problems;
    EXPECT_EQ(we_accept(exprs[i]), they_accept)
        << exprs[i] << (problems.empty() ? "" : "\n we say: " + problems[0].reason);
  }
}

/// Tokens of every kind, with some that only go together.
const std::vector<std::string> words = lines_of("tests/promql/tokens.txt");

TEST(Grammar, AgreesWithPrometheusOnLooseTokens) {
  std::mt19937 random{1};
  std::vector<std::string> exprs;
  for (int i = 0; i < 6000; ++i) {
    std::string expr;
    for (unsigned n = 1 + static_cast<unsigned>(random() % 7); n > 0; --n) {
      expr += words[random() % words.size()] + (random() % 4 ? " " : "");
    }
    exprs.push_back(expr);
  }

  expect_agreement(exprs);
}

TEST(Grammar, AgreesWithPrometheusOnExpressionsWithOneTokenWrong) {
  std::mt19937 random{2};
  ExpressionSoup soup{2};
  std::vector<std::string> exprs;
  for (int i = 0; i < 6000; ++i) {
    std::string expr = soup.vector(2);
    promql::Problem problem;
    const auto tokens = promql::lex(expr, problem);
    ASSERT_TRUE(tokens);
    const std::size_t at = (*tokens)[random() % tokens->size()].offset;
    const std::string word = " " + words[random() % words.size()] + " ";
    expr = expr.substr(0, at) + word + expr.substr(std::min(expr.size(), at + random() % 2));
    exprs.push_back(expr);
  }

  expect_agreement(exprs);
}

TEST(Grammar, AgreesWithPrometheusOnThisTable) {
  expect_agreement(lines_of("tests/promql/grammar.txt"));
  expect_agreement({" ", "\n", "\"a\nb\"", "`a\nb`", "a\n+\tb", "# only\n", "a # b\n+ c"});
}

TEST(Grammar, SurvivesBytesAtRandom) {
  std::mt19937 random{3};
  const std::string alphabet = "ab_:(){}[]<>=!~+-*/%^@,\"'`\\#.0159xmse \n\t\xff\x80";

  for (int i = 0; i < 100'000; ++i) {
    std::string expr;
    for (unsigned n = static_cast<unsigned>(random() % 24); n > 0; --n)
      expr += alphabet[random() % alphabet.size()];
    const promql::ParseResult result = promql::parse(expr);
    EXPECT_EQ(result.expr == nullptr, !result.problems.empty()) << expr;
    for (const promql::Problem& problem : result.problems) EXPECT_LE(problem.offset, expr.size());
  }
}

}  // namespace
}  // namespace outrider::test
