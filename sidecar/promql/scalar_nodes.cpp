// SPDX-License-Identifier: Apache-2.0
// Numbers, a number as a vector, and a vector of one as a number.
#include <limits>
#include <utility>

#include "promql/duration.hpp"
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
  bool is_blind() const noexcept override { return operand_->is_blind(); }

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
  bool is_blind() const noexcept override { return left_->is_blind() || right_->is_blind(); }

 private:
  BinaryOperator op_;
  ScalarNodePtr left_;
  ScalarNodePtr right_;
};

class Time : public ScalarNode {
 public:
  double evaluate(Evaluation& evaluation) noexcept override { return seconds_of(evaluation.wall); }
};

class ScalarOf : public ScalarNode {
 public:
  explicit ScalarOf(VectorNodePtr vector) : vector_{std::move(vector)} {}

  double evaluate(Evaluation& evaluation) noexcept override {
    vector_->evaluate(evaluation);
    std::size_t count = 0;
    double value = 0;
    for (std::size_t slot = 0; slot < vector_->size(); ++slot) {
      if (!vector_->present(slot)) continue;
      ++count;
      value = vector_->value(slot);
    }
    if (count == 1) return value;
    evaluation.met_no_number = true;
    return std::numeric_limits<double>::quiet_NaN();
  }
  bool is_blind() const noexcept override { return vector_->any_blind(); }

 private:
  VectorNodePtr vector_;
};

class VectorOf : public VectorNode {
 public:
  explicit VectorOf(ScalarNodePtr scalar) : scalar_{std::move(scalar)} {
    set_slots({Labels{}});
    if (scalar_->is_blind()) set_blind(0);
  }

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

ScalarNodePtr make_time() {
  return std::make_unique<Time>();
}

ScalarNodePtr make_scalar_of(VectorNodePtr vector) {
  return std::make_unique<ScalarOf>(std::move(vector));
}

VectorNodePtr make_vector_of(ScalarNodePtr scalar) {
  return std::make_unique<VectorOf>(std::move(scalar));
}

}  // namespace outrider::promql
