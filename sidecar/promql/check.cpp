// SPDX-License-Identifier: Apache-2.0
#include "promql/check.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace outrider::promql {

namespace {

class Checker {
 public:
  explicit Checker(std::vector<Problem>& problems) : problems_{problems} {}

  void walk(const Expr& expr) {
    const std::size_t outer = std::exchange(offset_, expr.offset);
    std::visit(*this, expr.node);
    offset_ = outer;
  }

  void operator()(const NumberLiteral&) {}
  void operator()(const StringLiteral&) {}
  void operator()(const Paren& paren) { walk(*paren.operand); }

  void operator()(const VectorSelector& selector) {
    const bool selects = std::any_of(selector.matchers.begin(), selector.matchers.end(),
                                     [](const auto& matcher) { return !matcher.matches(""); });
    if (!selects)
      report(offset_, "a selector needs a matcher that does not match the empty string");
    refuse_shift(selector.shift);
  }

  void operator()(const MatrixSelector& matrix) { (*this)(matrix.selector); }

  void operator()(const Subquery& subquery) {
    refuse(offset_, "a subquery");
    require(*subquery.operand, ValueType::vector, "a subquery's operand");
    refuse_shift(subquery.shift);
    walk(*subquery.operand);
  }

  void operator()(const Unary& unary) {
    require_number_like(*unary.operand, "the operand of a sign");
    walk(*unary.operand);
  }

  void operator()(const Binary& binary) {
    check_operator(binary);
    check_matching(binary);
    const std::string operand = "an operand of \"" + binary.spelling + "\"";
    require_number_like(*binary.left, operand);
    require_number_like(*binary.right, operand);
    walk(*binary.left);
    walk(*binary.right);
  }

  void operator()(const Aggregation& aggregation) {
    if (aggregation.op == AggregateOperator::unsupported) {
      refuse(offset_, "the aggregation \"" + aggregation.spelling + "\"");
    }
    require(*aggregation.operand, ValueType::vector, "what \"" + aggregation.spelling + "\" takes");
    if (aggregation.parameter) {
      const bool names_label = aggregation.spelling == "count_values";
      require(*aggregation.parameter, names_label ? ValueType::string : ValueType::scalar,
              "the parameter of \"" + aggregation.spelling + "\"");
      walk(*aggregation.parameter);
    }
    walk(*aggregation.operand);
  }

  void operator()(const Call& call) {
    const Function& function = *call.function;
    if (function.kind == FunctionKind::unsupported) {
      refuse(offset_, "the function \"" + std::string{function.name} + "\"");
    }
    check_arguments(call);
    for (const ExprPtr& argument : call.arguments) walk(*argument);
  }

 private:
  void report(std::size_t offset, std::string reason) {
    problems_.push_back({offset, std::move(reason)});
  }

  void refuse(std::size_t offset, const std::string& what) {
    report(offset, what +
                       " is PromQL that this version does not support; rewrite the rule without "
                       "it, or leave it to Prometheus");
  }

  void refuse_shift(const TimeShift& shift) {
    if (shift.offset_at) refuse(*shift.offset_at, "\"offset\"");
    if (shift.at_at) refuse(*shift.at_at, "\"@\"");
  }

  void require(const Expr& expr, ValueType wanted, const std::string& what) {
    const ValueType found = type_of(expr);
    if (found == wanted) return;
    report(expr.offset, what + " must be of type " + std::string{type_name(wanted)} + ", found " +
                            std::string{type_name(found)});
  }

  void require_number_like(const Expr& expr, const std::string& what) {
    const ValueType found = type_of(expr);
    if (found == ValueType::scalar || found == ValueType::vector) return;
    report(expr.offset, what + " must be of type scalar or instant vector, found " +
                            std::string{type_name(found)});
  }

  void check_operator(const Binary& binary) {
    if (binary.op == BinaryOperator::atan2) refuse(offset_, "the operator \"atan2\"");
    if (binary.return_bool && !is_comparison(binary.op)) {
      report(offset_, "\"bool\" goes with comparisons only");
    }
    const ValueType left = type_of(*binary.left);
    const ValueType right = type_of(*binary.right);
    const bool scalars = left == ValueType::scalar && right == ValueType::scalar;
    if (scalars && is_comparison(binary.op) && !binary.return_bool) {
      report(offset_, "a comparison of two scalars needs \"bool\"");
    }
    const bool a_scalar = left == ValueType::scalar || right == ValueType::scalar;
    if (a_scalar && is_set_operator(binary.op)) {
      report(offset_, "\"" + binary.spelling + "\" takes instant vectors, not scalars");
    }
  }

  void check_matching(const Binary& binary) {
    const Matching& matching = binary.matching;
    if (matching.group_at) refuse(*matching.group_at, "\"" + matching.group + "\"");
    if (matching.group_at && is_set_operator(binary.op)) {
      report(*matching.group_at, "\"" + matching.group + "\" does not go with a set operator");
    }
    for (const std::string& label : matching.group_labels) {
      const auto& labels = matching.labels;
      if (matching.on && std::find(labels.begin(), labels.end(), label) != labels.end()) {
        report(*matching.group_at, "label \"" + label + "\" is in \"on\" as well");
      }
    }
    const bool vectors =
        type_of(*binary.left) == ValueType::vector && type_of(*binary.right) == ValueType::vector;
    if (matching.given && !vectors) {
      report(offset_, "\"on\" and \"ignoring\" match instant vectors only");
    }
  }

  void check_arguments(const Call& call) {
    const Function& function = *call.function;
    const std::size_t most = function.arguments.size();
    const std::size_t found = call.arguments.size();
    if (found < most - function.optional || (found > most && !function.repeats_last)) {
      // Not begun with `"\"" + std::string`: g++ 12 warns of an overlap there that
      // cannot be (its bug 105329).
      std::string reason{'"'};
      reason.append(function.name).append("\" takes ").append(std::to_string(most));
      report(offset_, reason + " argument(s), found " + std::to_string(found));
      return;
    }
    for (std::size_t i = 0; i < found; ++i) {
      require(*call.arguments[i], function.arguments[std::min(i, most - 1)],
              "argument " + std::to_string(i + 1) + " of \"" + std::string{function.name} + "\"");
    }
  }

  std::vector<Problem>& problems_;
  std::size_t offset_ = 0;
};

}  // namespace

std::vector<Problem> check(const Expr& expr) {
  std::vector<Problem> problems;
  Checker{problems}.walk(expr);
  return problems;
}

}  // namespace outrider::promql
