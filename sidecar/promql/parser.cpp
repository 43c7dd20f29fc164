// SPDX-License-Identifier: Apache-2.0
#include "promql/parser.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "promql/check.hpp"
#include "promql/parser_impl.hpp"

namespace outrider::promql {

namespace {

struct OperatorRow {
  TokenKind kind;            ///< of an operator written with signs
  std::string_view keyword;  ///< of one written as a word
  BinaryOperator op;
  int level;  ///< binds tighter when higher
};

constexpr int power_level = 6;
constexpr auto word = TokenKind::word;

constexpr std::array<OperatorRow, 16> operators{{
    {word, "or", BinaryOperator::logical_or, 1},
    {word, "and", BinaryOperator::logical_and, 2},
    {word, "unless", BinaryOperator::logical_unless, 2},
    {TokenKind::equal_equal, "", BinaryOperator::equal, 3},
    {TokenKind::not_equal, "", BinaryOperator::not_equal, 3},
    {TokenKind::less, "", BinaryOperator::less, 3},
    {TokenKind::less_equal, "", BinaryOperator::less_equal, 3},
    {TokenKind::greater, "", BinaryOperator::greater, 3},
    {TokenKind::greater_equal, "", BinaryOperator::greater_equal, 3},
    {TokenKind::plus, "", BinaryOperator::add, 4},
    {TokenKind::minus, "", BinaryOperator::subtract, 4},
    {TokenKind::star, "", BinaryOperator::multiply, 5},
    {TokenKind::slash, "", BinaryOperator::divide, 5},
    {TokenKind::percent, "", BinaryOperator::modulo, 5},
    {word, "atan2", BinaryOperator::atan2, 5},
    {TokenKind::caret, "", BinaryOperator::power, power_level},
}};

const OperatorRow* operator_at(const TokenStream& tokens) {
  for (const OperatorRow& row : operators) {
    if (row.kind == word ? tokens.is_keyword(row.keyword) : tokens.peek().kind == row.kind) {
      return &row;
    }
  }
  return nullptr;
}

struct ChildDepth {
  static std::size_t of(const ExprPtr& child) { return child ? child->depth : 0; }

  std::size_t operator()(const Subquery& node) const { return of(node.operand); }
  std::size_t operator()(const Paren& node) const { return of(node.operand); }
  std::size_t operator()(const Unary& node) const { return of(node.operand); }
  std::size_t operator()(const Binary& node) const {
    return std::max(of(node.left), of(node.right));
  }
  std::size_t operator()(const Aggregation& node) const {
    return std::max(of(node.parameter), of(node.operand));
  }
  std::size_t operator()(const Call& node) const {
    std::size_t deepest = 0;
    for (const ExprPtr& argument : node.arguments) deepest = std::max(deepest, of(argument));
    return deepest;
  }
  template <typename Leaf>
  std::size_t operator()(const Leaf&) const {
    return 0;
  }
};

[[noreturn]] void fail_too_deep(std::size_t offset) {
  TokenStream::fail(offset, "found an expression that nests deeper than " +
                                std::to_string(depth_limit) +
                                " levels; needed a flatter one; split the rule");
}

}  // namespace

ExprPtr Parser::make(std::size_t offset, Expr::Node node) {
  auto expr = std::make_unique<Expr>();
  expr->offset = offset;
  expr->depth = 1 + std::visit(ChildDepth{}, node);
  expr->node = std::move(node);
  if (expr->depth > depth_limit) fail_too_deep(offset);
  return expr;
}

ExprPtr Parser::parse_whole() {
  ExprPtr expr = parse_expr(1);
  if (tokens_.peek().kind != TokenKind::end) tokens_.fail_expected("an operator or the end");
  return expr;
}

ExprPtr Parser::parse_expr(int lowest_level) {
  if (++nesting_ > depth_limit) fail_too_deep(tokens_.peek().offset);
  ExprPtr left = parse_operand();
  for (const OperatorRow* row = operator_at(tokens_); row && row->level >= lowest_level;
       row = operator_at(tokens_)) {
    const std::size_t offset = tokens_.peek().offset;
    Binary binary;
    binary.op = row->op;
    binary.spelling = TokenStream::lower(tokens_.take().text);
    parse_binary_modifiers(binary);
    binary.left = std::move(left);
    // Only ^ groups to the right.
    binary.right = parse_expr(row->level == power_level ? power_level : row->level + 1);
    left = make(offset, std::move(binary));
  }
  --nesting_;
  return left;
}

ExprPtr Parser::parse_operand() {
  const Token token = tokens_.peek();
  if (token.kind != TokenKind::plus && token.kind != TokenKind::minus) {
    return parse_postfix(parse_primary());
  }
  tokens_.take();
  // A sign binds like * does, so only ^ is taken along: -1^2 is -(1^2).
  ExprPtr operand = parse_expr(power_level);
  return make(token.offset, Unary{token.kind == TokenKind::minus, std::move(operand)});
}

void Parser::parse_binary_modifiers(Binary& binary) {
  binary.return_bool = tokens_.try_keyword("bool");
  Matching& matching = binary.matching;
  const bool on = tokens_.is_keyword("on");
  if ((!on && !tokens_.is_keyword("ignoring")) || tokens_.peek(1).kind != TokenKind::left_paren) {
    return;
  }
  tokens_.take();
  matching.given = true;
  matching.on = on;
  matching.labels = parse_label_list();
  for (const char* const group : {"group_left", "group_right"}) {
    if (!tokens_.is_keyword(group)) continue;
    matching.group_at = tokens_.take().offset;
    matching.group = group;
    matching.many_left = matching.group == "group_left";
    if (tokens_.peek().kind == TokenKind::left_paren) matching.group_labels = parse_label_list();
    return;
  }
}

ParseResult parse_grammar(std::string_view text) {
  ParseResult result;
  Problem problem;
  auto tokens = lex(text, problem);
  if (!tokens) {
    result.problems.push_back(std::move(problem));
    return result;
  }
  try {
    result.expr = Parser{std::move(*tokens)}.parse_whole();
  } catch (ParseFailure& failure) {
    result.problems.push_back(std::move(failure.problem));
  }
  return result;
}

ParseResult parse(std::string_view text) {
  ParseResult result = parse_grammar(text);
  if (!result.expr) return result;
  result.problems = check(*result.expr);
  if (!result.problems.empty()) result.expr = nullptr;
  return result;
}

}  // namespace outrider::promql
