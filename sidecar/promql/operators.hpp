// SPDX-License-Identifier: Apache-2.0
// Binary operators on two numbers.
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

}  // namespace outrider::promql
