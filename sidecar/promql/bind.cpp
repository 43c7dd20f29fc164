// SPDX-License-Identifier: Apache-2.0
#include "promql/bind.hpp"

#include <utility>
#include <variant>

#include "promql/nodes.hpp"

namespace outrider::promql {

namespace {

ScalarNodePtr bind_scalar(const Expr& expr) {
  const Expr& inner = strip_parens(expr);
  if (const auto* number = std::get_if<NumberLiteral>(&inner.node)) {
    return make_number(number->value);
  }
  if (const auto* unary = std::get_if<Unary>(&inner.node)) {
    ScalarNodePtr operand = bind_scalar(*unary->operand);
    return unary->negative ? make_scalar_negation(std::move(operand)) : std::move(operand);
  }
  const auto& binary = std::get<Binary>(inner.node);
  return make_scalar_binary(binary.op, bind_scalar(*binary.left), bind_scalar(*binary.right));
}

class VectorBinder {
 public:
  explicit VectorBinder(const BindContext& context) : context_{context} {}

  VectorNodePtr bind(const Expr& expr) { return std::visit(*this, strip_parens(expr).node); }

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
    return is_set_operator(binary.op)
               ? make_set_operation(binary, std::move(left), std::move(right))
               : make_vector_vector(binary, std::move(left), std::move(right));
  }

  VectorNodePtr operator()(const Aggregation& aggregation) {
    return make_aggregation(aggregation, bind(*aggregation.operand));
  }

  VectorNodePtr operator()(const Call& call) {
    const Expr& first = strip_parens(*call.arguments[0]);
    switch (call.function->kind) {
      case FunctionKind::absent:
        return make_absent(first, bind(first));
      case FunctionKind::histogram_quantile:
        return make_histogram_quantile(bind_scalar(first), bind(*call.arguments[1]));
      default:
        return make_range_function(call.function->kind, std::get<MatrixSelector>(first.node),
                                   context_);
    }
  }

  /// check() lets no other kind of node be a vector.
  template <typename Other>
  VectorNodePtr operator()(const Other&) {
    return nullptr;
  }

 private:
  const BindContext& context_;
};

}  // namespace

BoundExpr bind(const Expr& expr, const BindContext& context) {
  if (type_of(expr) == ValueType::scalar) return BoundExpr{make_vector_of(bind_scalar(expr))};
  return BoundExpr{VectorBinder{context}.bind(expr)};
}

}  // namespace outrider::promql
