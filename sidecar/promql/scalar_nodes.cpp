// SPDX-License-Identifier: Apache-2.0
// Numbers, and a number as a vector.
#include <utility>

#include "promql/nodes.hpp"
#include "promql/operators.hpp"

namespace outrider::promql {

namespace {

class Number : public ScalarNode {
 public:
  explicit Number(double value) : value_{value} {}
  double evaluate(Evaluation&) noexcept override { return value_; }

 private:
  double value_;
};

class ScalarNegation : public ScalarNode {
 public:
  explicit ScalarNegation(ScalarNodePtr operand) : operand_{std::move(operand)} {}
  double evaluate(Evaluation& evaluation) noexcept override {
    return -operand_->evaluate(evaluation);
  }

 private:
  ScalarNodePtr operand_;
};

class ScalarBinary : public ScalarNode {
 public:
  ScalarBinary(BinaryOperator op, ScalarNodePtr left, ScalarNodePtr right)
      : op_{op}, left_{std::move(left)}, right_{std::move(right)} {}

  double evaluate(Evaluation& evaluation) noexcept override {
    const double left = left_->evaluate(evaluation);
    const double right = right_->evaluate(evaluation);
    if (is_comparison(op_)) return compare(op_, left, right) ? 1 : 0;
    return compute(op_, left, right);
  }

 private:
  BinaryOperator op_;
  ScalarNodePtr left_;
  ScalarNodePtr right_;
};

class VectorOf : public VectorNode {
 public:
  explicit VectorOf(ScalarNodePtr scalar) : scalar_{std::move(scalar)} { set_slots({Labels{}}); }

  void evaluate(Evaluation& evaluation) noexcept override { set(0, scalar_->evaluate(evaluation)); }
  bool has_data() const noexcept override { return true; }

 private:
  ScalarNodePtr scalar_;
};

}  // namespace

ScalarNodePtr make_number(double value) {
  return std::make_unique<Number>(value);
}

ScalarNodePtr make_scalar_negation(ScalarNodePtr operand) {
  return std::make_unique<ScalarNegation>(std::move(operand));
}

ScalarNodePtr make_scalar_binary(BinaryOperator op, ScalarNodePtr left, ScalarNodePtr right) {
  return std::make_unique<ScalarBinary>(op, std::move(left), std::move(right));
}

VectorNodePtr make_vector_of(ScalarNodePtr scalar) {
  return std::make_unique<VectorOf>(std::move(scalar));
}

}  // namespace outrider::promql
