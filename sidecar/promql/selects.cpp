// SPDX-License-Identifier: Apache-2.0
#include "promql/selects.hpp"

#include <algorithm>
#include <string>
#include <variant>

#include "promql/labels.hpp"

namespace outrider::promql {
namespace {

struct Walker {
  std::string name;

  bool in(const ExprPtr& expr) const { return expr != nullptr && std::visit(*this, expr->node); }

  bool operator()(const NumberLiteral&) const { return false; }
  bool operator()(const StringLiteral&) const { return false; }
  bool operator()(const VectorSelector& selector) const {
    return std::all_of(selector.matchers.begin(), selector.matchers.end(), [&](const auto& each) {
      return each.label() != metric_name_label || each.matches(name);
    });
  }
  bool operator()(const MatrixSelector& matrix) const { return (*this)(matrix.selector); }
  bool operator()(const Subquery& subquery) const { return in(subquery.operand); }
  bool operator()(const Paren& paren) const { return in(paren.operand); }
  bool operator()(const Unary& unary) const { return in(unary.operand); }
  bool operator()(const Binary& binary) const { return in(binary.left) || in(binary.right); }
  bool operator()(const Aggregation& aggregation) const {
    return in(aggregation.operand) || in(aggregation.parameter);
  }
  bool operator()(const Call& call) const {
    return std::any_of(call.arguments.begin(), call.arguments.end(),
                       [&](const ExprPtr& argument) { return in(argument); });
  }
};

}  // namespace

bool selects(const Expr& expr, std::string_view name) {
  return std::visit(Walker{std::string{name}}, expr.node);
}

}  // namespace outrider::promql
