// SPDX-License-Identifier: Apache-2.0
// Every expression within an expression, itself first.
#pragma once

#include <type_traits>
#include <variant>

#include "promql/ast.hpp"

namespace outrider::rules {

template <class Visit>
void walk(const promql::Expr& expr, const Visit& visit) {
  visit(expr);
  std::visit(
      [&visit](const auto& node) {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, promql::Binary>) {
          walk(*node.left, visit);
          walk(*node.right, visit);
        } else if constexpr (std::is_same_v<Node, promql::Call>) {
          for (const promql::ExprPtr& argument : node.arguments) walk(*argument, visit);
        } else if constexpr (requires { node.operand; }) {
          walk(*node.operand, visit);
        }
      },
      expr.node);
}

/// The selector that an expression is, alone or with a range; null for the rest.
inline const promql::VectorSelector* selector_of(const promql::Expr& expr) {
  if (const auto* matrix = std::get_if<promql::MatrixSelector>(&expr.node))
    return &matrix->selector;
  return std::get_if<promql::VectorSelector>(&expr.node);
}

}  // namespace outrider::rules
