// SPDX-License-Identifier: Apache-2.0
// What expressions are made of: literals, selectors, calls, aggregations, and
// what may follow any of them (a range, `offset`, `@`).
#include <algorithm>
#include <array>
#include <utility>

#include "promql/duration.hpp"
#include "promql/number_literal.hpp"
#include "promql/parser_impl.hpp"

namespace outrider::promql {

namespace {

constexpr std::array<std::pair<std::string_view, AggregateOperator>, 12> aggregate_operators{{
    {"sum", AggregateOperator::sum},
    {"min", AggregateOperator::min},
    {"max", AggregateOperator::max},
    {"avg", AggregateOperator::avg},
    {"count", AggregateOperator::count},
    {"bottomk", AggregateOperator::bottomk},
    {"count_values", AggregateOperator::unsupported},
    {"group", AggregateOperator::group},
    {"quantile", AggregateOperator::quantile},
    {"stddev", AggregateOperator::stddev},
    {"stdvar", AggregateOperator::stdvar},
    {"topk", AggregateOperator::topk},
}};

std::string remedy(const std::string& name) {
  const std::string_view near = nearest_function(name);
  return near.empty() ? "; needed one; look at its spelling" : "; nearest: " + std::string{near};
}

bool takes_parameter(std::string_view name) {
  return name == "topk" || name == "bottomk" || name == "quantile" || name == "count_values";
}

/// Keywords that PromQL does not take for a metric's name; it takes all others.
bool is_reserved(const std::string& word) {
  constexpr std::array<std::string_view, 6> reserved{"atan2",       "bool",     "group_left",
                                                     "group_right", "ignoring", "on"};
  const std::string lower = TokenStream::lower(word);
  return std::find(reserved.begin(), reserved.end(), lower) != reserved.end();
}

std::optional<MatchKind> match_kind(TokenKind kind) {
  if (kind == TokenKind::equal) return MatchKind::equal;
  if (kind == TokenKind::not_equal) return MatchKind::not_equal;
  if (kind == TokenKind::match) return MatchKind::matches;
  if (kind == TokenKind::not_match) return MatchKind::matches_not;
  return std::nullopt;
}

}  // namespace

ExprPtr Parser::parse_primary() {
  const Token& token = tokens_.peek();
  if (token.kind == TokenKind::number) return parse_number();
  if (token.kind == TokenKind::string) {
    return make(token.offset, StringLiteral{tokens_.take().text});
  }
  if (token.kind == TokenKind::left_brace) return parse_selector();
  if (token.kind == TokenKind::word) return parse_word();
  if (token.kind != TokenKind::left_paren) {
    tokens_.fail_expected("a number, a metric name, a function or \"(\"");
  }
  const std::size_t offset = tokens_.take().offset;
  ExprPtr inner = parse_expr(1);
  tokens_.expect(TokenKind::right_paren, "\")\"");
  return make(offset, Paren{std::move(inner)});
}

ExprPtr Parser::parse_word() {
  const bool called = tokens_.peek(1).kind == TokenKind::left_paren;
  if (called || tokens_.is_keyword("by", 1) || tokens_.is_keyword("without", 1)) {
    for (const auto& [name, op] : aggregate_operators) {
      if (tokens_.is_keyword(name)) return parse_aggregation(op);
    }
  }
  if (called) return parse_call();
  if (tokens_.is_keyword("inf") || tokens_.is_keyword("nan")) return parse_number();
  if (is_reserved(tokens_.peek().text)) tokens_.fail_expected("a metric name");
  return parse_selector();
}

ExprPtr Parser::parse_number() {
  const Token& token = tokens_.take();
  const auto value = promql::parse_number(token.text);
  if (!value) TokenStream::fail(token.offset, "found " + describe(token) + "; needed a number");
  return make(token.offset, NumberLiteral{*value});
}

ExprPtr Parser::parse_selector() {
  VectorSelector selector;
  const std::size_t offset = tokens_.peek().offset;
  if (tokens_.peek().kind == TokenKind::word) {
    selector.name = tokens_.take().text;
    std::string reason;
    selector.matchers.push_back(
        *LabelMatcher::create(MatchKind::equal, "__name__", selector.name, reason));
  }
  if (tokens_.peek().kind == TokenKind::left_brace) parse_matchers(selector);
  return make(offset, std::move(selector));
}

void Parser::parse_matchers(VectorSelector& selector) {
  tokens_.expect(TokenKind::left_brace, "\"{\"");
  while (!tokens_.try_take(TokenKind::right_brace)) {
    selector.matchers.push_back(parse_matcher(selector));
    if (tokens_.try_take(TokenKind::comma)) continue;
    tokens_.expect(TokenKind::right_brace, "\",\" or \"}\"");
    break;
  }
}

LabelMatcher Parser::parse_matcher(const VectorSelector& selector) {
  const Token label = tokens_.expect(TokenKind::word, "a label name");
  if (label.text.find(':') != label.text.npos) {
    TokenStream::fail(label.offset,
                      "found " + describe(label) + "; needed a label name such as venue");
  }
  const auto kind = match_kind(tokens_.peek().kind);
  if (!kind) tokens_.fail_expected("one of = != =~ !~");
  tokens_.take();
  const Token& value = tokens_.expect(TokenKind::string, "a string");
  if (label.text == "__name__" && !selector.name.empty()) {
    TokenStream::fail(label.offset, "found the metric's name twice; needed once; drop one");
  }
  std::string reason;
  auto matcher = LabelMatcher::create(*kind, label.text, value.text, reason);
  if (!matcher) TokenStream::fail(value.offset, reason);
  return std::move(*matcher);
}

std::vector<std::string> Parser::parse_label_list() {
  std::vector<std::string> labels;
  tokens_.expect(TokenKind::left_paren, "\"(\"");
  while (!tokens_.try_take(TokenKind::right_paren)) {
    const Token& label = tokens_.expect(TokenKind::word, "a label name");
    if (label.text.find(':') != label.text.npos) {
      TokenStream::fail(label.offset,
                        "found " + describe(label) + "; needed a label name such as venue");
    }
    labels.push_back(label.text);
    if (tokens_.try_take(TokenKind::comma)) continue;
    tokens_.expect(TokenKind::right_paren, "\",\" or \")\"");
    break;
  }
  return labels;
}

std::vector<ExprPtr> Parser::parse_arguments() {
  std::vector<ExprPtr> arguments;
  tokens_.expect(TokenKind::left_paren, "\"(\"");
  if (tokens_.try_take(TokenKind::right_paren)) return arguments;
  do {
    arguments.push_back(parse_expr(1));
  } while (tokens_.try_take(TokenKind::comma));
  tokens_.expect(TokenKind::right_paren, "\",\" or \")\"");
  return arguments;
}

ExprPtr Parser::parse_call() {
  const Token name = tokens_.take();
  const Function* const function = find_function(name.text);
  if (!function)
    TokenStream::fail(name.offset, "found " + describe(name) +
                                       ", which is no function of PromQL's" + remedy(name.text));
  return make(name.offset, Call{function, parse_arguments()});
}

bool Parser::parse_grouping(Aggregation& aggregation) {
  const bool without = tokens_.is_keyword("without");
  if (!without && !tokens_.is_keyword("by")) return false;
  tokens_.take();
  aggregation.without = without;
  aggregation.labels = parse_label_list();
  return true;
}

ExprPtr Parser::parse_aggregation(AggregateOperator op) {
  const Token name = tokens_.take();
  Aggregation aggregation;
  aggregation.op = op;
  aggregation.spelling = TokenStream::lower(name.text);
  const bool grouped = parse_grouping(aggregation);
  std::vector<ExprPtr> arguments = parse_arguments();
  if (!grouped) parse_grouping(aggregation);
  const std::size_t expected = takes_parameter(aggregation.spelling) ? 2 : 1;
  if (arguments.size() != expected) {
    TokenStream::fail(name.offset, "found " + std::to_string(arguments.size()) +
                                       " argument(s) of " + describe(name) + "; needed " +
                                       std::to_string(expected));
  }
  aggregation.operand = std::move(arguments.back());
  if (expected == 2) aggregation.parameter = std::move(arguments.front());
  return make(name.offset, std::move(aggregation));
}

ExprPtr Parser::parse_postfix(ExprPtr operand) {
  while (true) {
    if (tokens_.peek().kind == TokenKind::left_bracket) {
      operand = parse_bracket(std::move(operand));
    } else if (tokens_.is_keyword("offset")) {
      parse_offset(*operand);
    } else if (tokens_.peek().kind == TokenKind::at) {
      parse_at(*operand);
    } else {
      return operand;
    }
  }
}

ExprPtr Parser::parse_bracket(ExprPtr operand) {
  const std::size_t offset = tokens_.take().offset;
  const Token range_token = tokens_.expect(TokenKind::duration, "a duration such as 5m");
  const std::chrono::nanoseconds range = *parse_duration(range_token.text);
  if (range.count() == 0)
    TokenStream::fail(range_token.offset, "found a range of 0; needed a longer one");
  if (tokens_.try_take(TokenKind::colon)) {
    if (tokens_.peek().kind == TokenKind::duration &&
        parse_duration(tokens_.peek().text)->count() == 0) {
      TokenStream::fail(tokens_.peek().offset, "found a step of 0; needed a longer one");
    }
    tokens_.try_take(TokenKind::duration);
    tokens_.expect(TokenKind::right_bracket, "\"]\"");
    return make(offset, Subquery{std::move(operand), range, {}});
  }
  tokens_.expect(TokenKind::right_bracket, "\":\" or \"]\"");
  auto* const selector = std::get_if<VectorSelector>(&operand->node);
  if (!selector)
    TokenStream::fail(
        offset,
        "found a range behind an expression; needed it behind a vector selector; move it there");
  if (selector->shift.offset_at || selector->shift.at_at) {
    TokenStream::fail(offset,
                      "found `offset` or `@` before the range; needed them behind it; move them");
  }
  return make(operand->offset, MatrixSelector{std::move(*selector), range});
}

TimeShift& Parser::shift_of(Expr& operand, std::size_t offset, const char* what) {
  if (auto* vector = std::get_if<VectorSelector>(&operand.node)) return vector->shift;
  if (auto* matrix = std::get_if<MatrixSelector>(&operand.node)) return matrix->selector.shift;
  if (auto* subquery = std::get_if<Subquery>(&operand.node)) return subquery->shift;
  TokenStream::fail(
      offset,
      "found " + std::string{what} +
          " behind an expression; needed it behind a selector or a subquery; move it there");
}

void Parser::parse_offset(Expr& operand) {
  const std::size_t offset = tokens_.take().offset;
  TimeShift& shift = shift_of(operand, offset, "`offset`");
  if (shift.offset_at) TokenStream::fail(offset, "found `offset` twice; needed once; drop one");
  shift.offset_at = offset;
  const bool negative = tokens_.try_take(TokenKind::minus);
  const Token& length = tokens_.expect(TokenKind::duration, "a duration such as 5m");
  const std::chrono::nanoseconds back = *parse_duration(length.text);
  if (back.count() == 0)
    TokenStream::fail(length.offset, "found an offset of 0; needed a longer one; drop it");
  shift.offset = negative ? -back : back;
}

void Parser::parse_at(Expr& operand) {
  const std::size_t offset = tokens_.take().offset;
  TimeShift& shift = shift_of(operand, offset, "`@`");
  if (shift.at_at) TokenStream::fail(offset, "found `@` twice; needed once; drop one");
  shift.at_at = offset;
  if (tokens_.is_keyword("start") || tokens_.is_keyword("end")) {
    tokens_.take();
    tokens_.expect(TokenKind::left_paren, "\"(\"");
    tokens_.expect(TokenKind::right_paren, "\")\"");
    return;
  }
  if (!tokens_.try_take(TokenKind::minus)) tokens_.try_take(TokenKind::plus);
  tokens_.expect(TokenKind::number, "a time stamp");
}

}  // namespace outrider::promql
