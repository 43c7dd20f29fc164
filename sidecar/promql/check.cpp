// SPDX-License-Identifier: Apache-2.0
#include "promql/check.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "config/problem.hpp"
#include "promql/labels.hpp"

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
      report(offset_,
             "found a selector that takes whatever lacks its labels; needed a matcher that does "
             "not match the empty string; name the metric");
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
    require(*aggregation.operand, ValueType::vector,
            "the operand of \"" + aggregation.spelling + "\"");
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
    if (function.kind == FunctionKind::label_replace) check_label_replace(call);
    for (const ExprPtr& argument : call.arguments) walk(*argument);
  }

 private:
  void report(std::size_t offset, std::string reason) {
    problems_.push_back({offset, std::move(reason)});
  }

  void refuse(std::size_t offset, const std::string& what) {
    report(offset, "found " + what +
                       ", which is PromQL that this version does not support; needed a rule "
                       "without it; rewrite it, or leave it to Prometheus");
  }

  void refuse_shift(const TimeShift& shift) {
    if (shift.offset.count() < 0) refuse(*shift.offset_at, "an offset into the future");
    if (shift.at_at) refuse(*shift.at_at, "\"@\"");
  }

  void require(const Expr& expr, ValueType wanted, const std::string& what) {
    const ValueType found = type_of(expr);
    if (found == wanted) return;
    const bool lacks_range = wanted == ValueType::matrix && found == ValueType::vector;
    report(expr.offset, "found " + a_type(found) + " as " + what + "; needed " + a_type(wanted) +
                            (lacks_range ? "; write its length behind it, such as [5m]" : ""));
  }

  static std::string a_type(ValueType type) {
    return (type == ValueType::vector ? "an " : "a ") + std::string{type_name(type)};
  }

  static std::string how_many(const Function& function) {
    const std::size_t most = function.arguments.size();
    const std::string least = std::to_string(most - function.optional);
    if (function.repeats_last) return least + " or more";
    return function.optional == 0 ? least : least + " to " + std::to_string(most);
  }

  void require_number_like(const Expr& expr, const std::string& what) {
    const ValueType found = type_of(expr);
    if (found == ValueType::scalar || found == ValueType::vector) return;
    report(expr.offset,
           "found " + a_type(found) + " as " + what + "; needed a scalar or an instant vector");
  }

  void check_operator(const Binary& binary) {
    if (binary.op == BinaryOperator::atan2) refuse(offset_, "the operator \"atan2\"");
    if (binary.return_bool && !is_comparison(binary.op)) {
      report(offset_,
             "found \"bool\" behind what compares nothing; needed it behind a comparison; drop it");
    }
    const ValueType left = type_of(*binary.left);
    const ValueType right = type_of(*binary.right);
    const bool scalars = left == ValueType::scalar && right == ValueType::scalar;
    if (scalars && is_comparison(binary.op) && !binary.return_bool) {
      report(
          offset_,
          "found a comparison of two scalars; needed \"bool\" behind its operator; write it there");
    }
    const bool a_scalar = left == ValueType::scalar || right == ValueType::scalar;
    if (a_scalar && is_set_operator(binary.op)) {
      report(offset_, "found a scalar as an operand of \"" + binary.spelling +
                          "\"; needed an instant vector");
    }
  }

  void check_matching(const Binary& binary) {
    const Matching& matching = binary.matching;
    if (matching.group_at && is_set_operator(binary.op)) {
      report(*matching.group_at,
             "found \"" + matching.group + "\" with a set operator; needed none there; drop it");
    }
    for (const std::string& label : matching.group_labels) {
      const auto& labels = matching.labels;
      if (matching.on && std::find(labels.begin(), labels.end(), label) != labels.end()) {
        report(*matching.group_at, "found label \"" + label + "\" in \"" + matching.group +
                                       "\" and in \"on\"; needed it once; drop one");
      }
    }
    const bool vectors =
        type_of(*binary.left) == ValueType::vector && type_of(*binary.right) == ValueType::vector;
    if (matching.given && !vectors) {
      report(offset_,
             "found \"on\" or \"ignoring\" beside a scalar; needed two instant vectors; drop it");
    }
  }

  void check_arguments(const Call& call) {
    const Function& function = *call.function;
    const std::size_t most = function.arguments.size();
    const std::size_t found = call.arguments.size();
    if (found < most - function.optional || (found > most && !function.repeats_last)) {
      report(offset_, "found " + std::to_string(found) + " argument(s) of \"" +
                          std::string{function.name} + "\"; needed " + how_many(function));
      return;
    }
    for (std::size_t i = 0; i < found; ++i) {
      require(*call.arguments[i], function.arguments[std::min(i, most - 1)],
              "argument " + std::to_string(i + 1) + " of \"" + std::string{function.name} + "\"");
    }
  }

  /// Prometheus finds these when it evaluates, each time anew.
  void check_label_replace(const Call& call) {
    const auto text = [&](std::size_t i) {
      return i < call.arguments.size()
                 ? std::get_if<StringLiteral>(&strip_parens(*call.arguments[i]).node)
                 : nullptr;
    };
    if (text(1) != nullptr && !is_label_name(text(1)->value))
      report(call.arguments[1]->offset, "found " + config::in_quotes(text(1)->value) +
                                            " as a label; needed letters, digits and \"_\", "
                                            "and no digit first");
    std::string reason;
    if (text(4) != nullptr && !LabelMatcher::create(MatchKind::matches, "", text(4)->value, reason))
      report(call.arguments[4]->offset, reason);
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
