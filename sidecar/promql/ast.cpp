// SPDX-License-Identifier: Apache-2.0
#include "promql/ast.hpp"

namespace outrider::promql {

namespace {

struct TypeOf {
  ValueType operator()(const NumberLiteral&) const { return ValueType::scalar; }
  ValueType operator()(const StringLiteral&) const { return ValueType::string; }
  ValueType operator()(const VectorSelector&) const { return ValueType::vector; }
  ValueType operator()(const MatrixSelector&) const { return ValueType::matrix; }
  ValueType operator()(const Subquery&) const { return ValueType::matrix; }
  ValueType operator()(const Paren& paren) const { return type_of(*paren.operand); }
  ValueType operator()(const Unary& unary) const { return type_of(*unary.operand); }
  ValueType operator()(const Binary& binary) const {
    const bool scalars =
        type_of(*binary.left) == ValueType::scalar && type_of(*binary.right) == ValueType::scalar;
    return scalars ? ValueType::scalar : ValueType::vector;
  }
  ValueType operator()(const Aggregation&) const { return ValueType::vector; }
  ValueType operator()(const Call& call) const { return call.function->result; }
};

}  // namespace

ValueType type_of(const Expr& expr) {
  return std::visit(TypeOf{}, expr.node);
}

const Expr& strip_parens(const Expr& expr) {
  const Expr* inner = &expr;
  while (const auto* paren = std::get_if<Paren>(&inner->node)) inner = paren->operand.get();
  return *inner;
}

}  // namespace outrider::promql
