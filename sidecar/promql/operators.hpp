// SPDX-License-Identifier: Apache-2.0
// Binary operators on two numbers, and which results keep the metric's name.
#pragma once

#include <cmath>

#include "promql/ast.hpp"

namespace outrider::promql {

/// A comparison; with NaN on either side only != holds.
inline bool compare(BinaryOperator op, double left, double right) noexcept {
  switch (op) {
    case BinaryOperator::equal:
      return left == right;
    case BinaryOperator::not_equal:
      return left != right;
    case BinaryOperator::less:
      return left < right;
    case BinaryOperator::less_equal:
      return left <= right;
    case BinaryOperator::greater:
      return left > right;
    default:
      return left >= right;
  }
}

inline double compute(BinaryOperator op, double left, double right) noexcept {
  switch (op) {
    case BinaryOperator::add:
      return left + right;
    case BinaryOperator::subtract:
      return left - right;
    case BinaryOperator::multiply:
      return left * right;
    case BinaryOperator::divide:
      return left / right;
    case BinaryOperator::modulo:
      return std::fmod(left, right);
    default:
      return std::pow(left, right);
  }
}

inline bool drops_name(const Binary& binary) {
  return !is_comparison(binary.op) || binary.return_bool;
}

/// What an operator makes of two numbers: a value, or nothing (filtered out).
struct Operation {
  BinaryOperator op{};
  bool return_bool = false;

  /// A comparison that filters yields `kept`: the vector's own value.
  bool apply(double left, double right, double kept, double& value) const noexcept {
    if (!is_comparison(op)) {
      value = compute(op, left, right);
      return true;
    }
    const bool holds = compare(op, left, right);
    value = return_bool ? (holds ? 1.0 : 0.0) : kept;
    return holds || return_bool;
  }
};

}  // namespace outrider::promql
