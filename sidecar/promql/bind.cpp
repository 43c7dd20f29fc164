// SPDX-License-Identifier: Apache-2.0
#include "promql/bind.hpp"

#include <numbers>
#include <utility>
#include <variant>

#include "promql/nodes.hpp"

namespace outrider::promql {

namespace {

class Binder {
 public:
  explicit Binder(const BindContext& context) : context_{context} {}

  VectorNodePtr bind(const Expr& expr) { return std::visit(*this, strip_parens(expr).node); }

  ScalarNodePtr bind_scalar(const Expr& expr) {
    const Expr& inner = strip_parens(expr);
    if (const auto* number = std::get_if<NumberLiteral>(&inner.node)) {
      return make_number(number->value);
    }
    if (const auto* unary = std::get_if<Unary>(&inner.node)) {
      ScalarNodePtr operand = bind_scalar(*unary->operand);
      return unary->negative ? make_scalar_negation(std::move(operand)) : std::move(operand);
    }
    if (const auto* call = std::get_if<Call>(&inner.node)) return bind_scalar_call(*call);
    const auto& binary = std::get<Binary>(inner.node);
    return make_scalar_binary(binary.op, bind_scalar(*binary.left), bind_scalar(*binary.right));
  }

  VectorNodePtr operator()(const VectorSelector& selector) {
    return make_selector(selector, context_);
  }

  VectorNodePtr operator()(const Unary& unary) {
    VectorNodePtr operand = bind(*unary.operand);
    return unary.negative ? make_vector_negation(std::move(operand)) : std::move(operand);
  }

  VectorNodePtr operator()(const Binary& binary) {
    const bool scalar_left = type_of(*binary.left) == ValueType::scalar;
    if (scalar_left || type_of(*binary.right) == ValueType::scalar) {
      const Expr& vector = scalar_left ? *binary.right : *binary.left;
      const Expr& scalar = scalar_left ? *binary.left : *binary.right;
      return make_vector_scalar(binary, bind(vector), bind_scalar(scalar), scalar_left);
    }
    VectorNodePtr left = bind(*binary.left);
    VectorNodePtr right = bind(*binary.right);
    if (is_set_operator(binary.op)) {
      return make_set_operation(binary, std::move(left), std::move(right));
    }
    return binary.matching.group_at ? make_join(binary, std::move(left), std::move(right))
                                    : make_vector_vector(binary, std::move(left), std::move(right));
  }

  VectorNodePtr operator()(const Aggregation& aggregation) {
    VectorNodePtr operand = bind(*aggregation.operand);
    if (!aggregation.parameter) return make_aggregation(aggregation, std::move(operand));
    return make_ranking(aggregation, bind_scalar(*aggregation.parameter), std::move(operand));
  }

  VectorNodePtr operator()(const Call& call) {
    const FunctionKind kind = call.function->kind;
    const Expr& first = strip_parens(*call.arguments[0]);
    switch (kind) {
      case FunctionKind::absent:
        return make_absent(first, bind(first));
      case FunctionKind::absent_over_time:
        return make_absent(
            first, make_range_function(FunctionKind::present_over_time,
                                       std::get<MatrixSelector>(first.node), nullptr, context_));
      case FunctionKind::histogram_quantile:
        return make_histogram_quantile(bind_scalar(first), bind(*call.arguments[1]));
      case FunctionKind::label_replace:
        return make_label_replacement(bind(first),
                                      {text(call, 1), text(call, 2), text(call, 3), text(call, 4)});
      case FunctionKind::sort:
        return bind(first);  // what a rule makes of elements does not depend on their order
      case FunctionKind::vector:
        return make_vector_of(bind_scalar(first));
      default:
        return kind >= FunctionKind::avg_over_time ? bind_range_function(call) : bind_math(call);
    }
  }

  /// check() lets no other kind of node be a vector.
  template <typename Other>
  VectorNodePtr operator()(const Other&) {
    return nullptr;
  }

 private:
  static const std::string& text(const Call& call, std::size_t argument) {
    return std::get<StringLiteral>(strip_parens(*call.arguments[argument]).node).value;
  }

  ScalarNodePtr bind_scalar_call(const Call& call) {
    if (call.function->kind == FunctionKind::time) return make_time();
    if (call.function->kind == FunctionKind::pi) return make_number(std::numbers::pi);
    return make_scalar_of(bind(*call.arguments[0]));
  }

  VectorNodePtr bind_range_function(const Call& call) {
    const bool has_parameter = call.arguments.size() == 2;
    ScalarNodePtr parameter = has_parameter ? bind_scalar(*call.arguments[0]) : nullptr;
    const Expr& range = strip_parens(*call.arguments.back());
    return make_range_function(call.function->kind, std::get<MatrixSelector>(range.node),
                               std::move(parameter), context_);
  }

  VectorNodePtr bind_math(const Call& call) {
    std::vector<ScalarNodePtr> parameters;
    for (std::size_t i = 1; i < call.arguments.size(); ++i) {
      parameters.push_back(bind_scalar(*call.arguments[i]));
    }
    return make_math_function(call.function->kind, bind(*call.arguments[0]), std::move(parameters));
  }

  const BindContext& context_;
};

}  // namespace

BoundExpr bind(const Expr& expr, const BindContext& context) {
  Binder binder{context};
  if (type_of(expr) == ValueType::scalar) {
    return BoundExpr{make_vector_of(binder.bind_scalar(expr))};
  }
  return BoundExpr{binder.bind(expr)};
}

}  // namespace outrider::promql
