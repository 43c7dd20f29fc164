// SPDX-License-Identifier: Apache-2.0
// An expression as a tree, in the shape of all of PromQL. What this version
// does not evaluate has its node too: check() refuses it by name and place.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "promql/functions.hpp"
#include "promql/matcher.hpp"

namespace outrider::promql {

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct NumberLiteral {
  double value = 0;
};

struct StringLiteral {
  std::string value;
};

/// `offset 5m`; `@ 1700000000` is recognised and refused.
struct TimeShift {
  std::chrono::nanoseconds offset{};     ///< how far back; negative: into the future
  std::optional<std::size_t> offset_at;  ///< where the word `offset` stands
  std::optional<std::size_t> at_at;      ///< where the sign `@` stands
};

struct VectorSelector {
  std::string name;                    ///< empty when only matchers are given
  std::vector<LabelMatcher> matchers;  ///< the name's one included
  TimeShift shift;
};

struct MatrixSelector {
  VectorSelector selector;
  std::chrono::nanoseconds range{};
};

struct Subquery {
  ExprPtr operand;
  std::chrono::nanoseconds range{};
  TimeShift shift;
};

struct Paren {
  ExprPtr operand;
};

struct Unary {
  bool negative = false;
  ExprPtr operand;
};

enum class BinaryOperator {
  logical_or,
  logical_and,
  logical_unless,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  add,
  subtract,
  multiply,
  divide,
  modulo,
  atan2,
  power,
};

constexpr bool is_set_operator(BinaryOperator op) {
  return op <= BinaryOperator::logical_unless;
}
constexpr bool is_comparison(BinaryOperator op) {
  return op >= BinaryOperator::equal && op <= BinaryOperator::greater_equal;
}

/// Which labels two sides are matched by.
struct Matching {
  bool given = false;                   ///< `on` or `ignoring` was written
  bool on = false;                      ///< `on`, else `ignoring`
  std::vector<std::string> labels;      ///< of `on` or `ignoring`
  std::optional<std::size_t> group_at;  ///< where `group_left` or `group_right` stands
  bool many_left = false;               ///< `group_left`: the left side has the many
  std::string group;                    ///< which of the two
  std::vector<std::string> group_labels;
};

struct Binary {
  BinaryOperator op{};
  std::string spelling;
  bool return_bool = false;
  Matching matching;
  ExprPtr left;
  ExprPtr right;
};

enum class AggregateOperator {
  sum,
  min,
  max,
  avg,
  count,
  group,
  stddev,
  stdvar,
  quantile,
  topk,
  bottomk,
  unsupported,
};

struct Aggregation {
  AggregateOperator op{};
  std::string spelling;
  bool without = false;
  std::vector<std::string> labels;
  ExprPtr parameter;  ///< of topk, quantile and the like
  ExprPtr operand;
};

struct Call {
  const Function* function = nullptr;
  std::vector<ExprPtr> arguments;
};

struct Expr {
  using Node = std::variant<NumberLiteral, StringLiteral, VectorSelector, MatrixSelector, Subquery,
                            Paren, Unary, Binary, Aggregation, Call>;

  std::size_t offset = 0;  ///< where it begins; of a binary one, its operator
  std::size_t depth = 1;   ///< levels of nodes, this one included
  Node node;
};

/// The type an expression has, whatever is wrong inside it.
ValueType type_of(const Expr& expr);

/// The expression without the parentheses around it.
const Expr& strip_parens(const Expr& expr);

}  // namespace outrider::promql
