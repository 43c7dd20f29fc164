// SPDX-License-Identifier: Apache-2.0
// Functions of each element by itself: abs, round, clamp and the like.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "promql/nodes.hpp"

namespace outrider::promql {

namespace {

/// Go's math.Max: infinity wins over NaN, NaN over every number.
double larger(double a, double b) noexcept {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (a == infinity || b == infinity) return infinity;
  if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::quiet_NaN();
  if (a == 0 && b == 0) return std::signbit(a) ? b : a;
  return a > b ? a : b;
}

double smaller(double a, double b) noexcept {
  return -larger(-a, -b);
}

/// Up to two scalars behind the vector; what a function does not take is 0.
using Parameters = std::array<double, 2>;

double rounded(double value, double to_nearest) noexcept {
  // Multiplies by the inverse as Prometheus does: another result than dividing.
  const double inverse = 1.0 / to_nearest;
  return std::floor(value * inverse + 0.5) / inverse;
}

double apply(FunctionKind kind, double value, const Parameters& parameters) noexcept {
  switch (kind) {
    case FunctionKind::abs:
      return std::fabs(value);
    case FunctionKind::ceil:
      return std::ceil(value);
    case FunctionKind::clamp:
      return larger(parameters[0], smaller(parameters[1], value));
    case FunctionKind::clamp_max:
      return smaller(parameters[0], value);
    case FunctionKind::clamp_min:
      return larger(parameters[0], value);
    case FunctionKind::floor:
      return std::floor(value);
    case FunctionKind::round:
      return rounded(value, parameters[0]);
    case FunctionKind::sgn:
      return value < 0 ? -1 : value > 0 ? 1 : value;
    default:
      return std::sqrt(value);
  }
}

class MathFunction : public VectorNode {
 public:
  MathFunction(FunctionKind kind, VectorNodePtr operand, std::vector<ScalarNodePtr> parameters)
      : kind_{kind}, operand_{std::move(operand)}, parameters_{std::move(parameters)} {
    std::vector<Labels> labels = operand_->labels();
    std::transform(labels.begin(), labels.end(), labels.begin(), drop_name);
    set_slots(std::move(labels));
    inherit_blindness(*operand_);
    if (std::any_of(parameters_.begin(), parameters_.end(),
                    [](const ScalarNodePtr& parameter) { return parameter->is_blind(); })) {
      set_all_blind();
    }
  }

  void evaluate(Evaluation& evaluation) noexcept override {
    operand_->evaluate(evaluation);
    Parameters parameters{};
    if (kind_ == FunctionKind::round) parameters[0] = 1;
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      parameters[i] = parameters_[i]->evaluate(evaluation);
    }
    clear_all();
    // Between bounds that are crossed lies nothing.
    if (kind_ == FunctionKind::clamp && parameters[1] < parameters[0]) return;
    for (std::size_t slot = 0; slot < size(); ++slot) {
      if (operand_->present(slot)) set(slot, apply(kind_, operand_->value(slot), parameters));
    }
    check_duplicates(evaluation);
  }

  bool has_data() const noexcept override { return operand_->has_data(); }

 private:
  FunctionKind kind_;
  VectorNodePtr operand_;
  std::vector<ScalarNodePtr> parameters_;
};

}  // namespace

VectorNodePtr make_math_function(FunctionKind kind, VectorNodePtr operand,
                                 std::vector<ScalarNodePtr> parameters) {
  return std::make_unique<MathFunction>(kind, std::move(operand), std::move(parameters));
}

}  // namespace outrider::promql
