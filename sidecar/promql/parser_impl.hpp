// SPDX-License-Identifier: Apache-2.0
// The parser itself: precedence climbing over TokenStream. Expressions are in
// parser.cpp, what they are made of in parser_primary.cpp. Private to promql.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "promql/ast.hpp"
#include "promql/parser.hpp"
#include "promql/token_stream.hpp"

namespace outrider::promql {

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_{std::move(tokens)} {}

  ExprPtr parse_whole();

 private:
  ExprPtr parse_expr(int lowest_level);
  ExprPtr parse_operand();
  ExprPtr parse_primary();
  ExprPtr parse_word();
  ExprPtr parse_postfix(ExprPtr operand);

  ExprPtr parse_number();
  ExprPtr parse_selector();
  ExprPtr parse_call();
  ExprPtr parse_aggregation(AggregateOperator op);
  ExprPtr parse_bracket(ExprPtr operand);
  void parse_offset(Expr& operand);
  void parse_at(Expr& operand);
  void parse_matchers(VectorSelector& selector);
  LabelMatcher parse_matcher(const VectorSelector& selector);
  bool parse_grouping(Aggregation& aggregation);
  void parse_binary_modifiers(Binary& binary);
  std::vector<std::string> parse_label_list();
  std::vector<ExprPtr> parse_arguments();
  TimeShift& shift_of(Expr& operand, std::size_t offset, const char* what);

  /// Sets the depth from the children and refuses what is too deep.
  ExprPtr make(std::size_t offset, Expr::Node node);

  TokenStream tokens_;
  std::size_t nesting_ = 0;
};

}  // namespace outrider::promql
