// SPDX-License-Identifier: Apache-2.0
// Operators on vectors: arithmetic and comparison, with a scalar or one to one
// with a vector; the sign. Many to one is in join_node.cpp, sets in set_nodes.cpp.
#include <algorithm>
#include <utility>

#include "promql/match_groups.hpp"
#include "promql/nodes.hpp"
#include "promql/operators.hpp"

namespace outrider::promql {

namespace {

class VectorScalar : public VectorNode {
 public:
  VectorScalar(const Binary& binary, VectorNodePtr vector, ScalarNodePtr scalar, bool scalar_left)
      : operation_{binary.op, binary.return_bool},
        vector_{std::move(vector)},
        scalar_{std::move(scalar)},
        scalar_left_{scalar_left} {
    std::vector<Labels> labels = vector_->labels();
    if (drops_name(binary)) std::transform(labels.begin(), labels.end(), labels.begin(), drop_name);
    set_slots(std::move(labels));
    inherit_blindness(*vector_);
    if (scalar_->is_blind()) set_all_blind();
  }

  void evaluate(Evaluation& evaluation) noexcept override {
    vector_->evaluate(evaluation);
    const double scalar = scalar_->evaluate(evaluation);
    for (std::size_t slot = 0; slot < size(); ++slot) {
      clear(slot);
      if (!vector_->present(slot)) continue;
      const double element = vector_->value(slot);
      const double left = scalar_left_ ? scalar : element;
      const double right = scalar_left_ ? element : scalar;
      double value = 0;
      if (operation_.apply(left, right, element, value)) set(slot, value);
    }
    check_duplicates(evaluation);
  }

  bool has_data() const noexcept override { return vector_->has_data(); }

 private:
  Operation operation_;
  VectorNodePtr vector_;
  ScalarNodePtr scalar_;
  bool scalar_left_;
};

class VectorVector : public VectorNode {
 public:
  VectorVector(const Binary& binary, VectorNodePtr left, VectorNodePtr right)
      : operation_{binary.op, binary.return_bool},
        left_{std::move(left)},
        right_{std::move(right)},
        groups_{MatchGroups::of(binary.matching, *left_, *right_)},
        meetings_(groups_.count) {
    std::vector<Labels> labels;
    for (const Labels& source : left_->labels()) labels.push_back(result_labels(binary, source));
    set_slots(std::move(labels));
    inherit_blindness(*left_);
    const auto blind = blind_groups(*right_, groups_.right_group, groups_.count);
    for (std::size_t slot = 0; slot < left_->size(); ++slot) {
      if (blind[groups_.left_group[slot]]) set_blind(slot);
    }
  }

  void evaluate(Evaluation& evaluation) noexcept override {
    left_->evaluate(evaluation);
    right_->evaluate(evaluation);
    clear_all();
    // With one side empty nothing meets and nothing can be ambiguous.
    if (!left_->any_present() || !right_->any_present()) return;
    if (gather_right(evaluation)) match_left(evaluation);
    check_duplicates(evaluation);
  }

  bool has_data() const noexcept override { return left_->has_data() && right_->has_data(); }

 private:
  /// What a group's one right member brings, and whether a left one took it.
  struct Meeting {
    double right = 0;
    bool offered = false;
    bool taken = false;
  };

  static Labels result_labels(const Binary& binary, const Labels& source) {
    const Labels labels = drops_name(binary) ? drop_name(source) : source;
    return binary.matching.on ? keep_labels(labels, binary.matching.labels)
                              : drop_labels(labels, binary.matching.labels);
  }

  bool gather_right(Evaluation& evaluation) noexcept {
    std::fill(meetings_.begin(), meetings_.end(), Meeting{});
    for (std::size_t slot = 0; slot < right_->size(); ++slot) {
      if (!right_->present(slot)) continue;
      Meeting& meeting = meetings_[groups_.right_group[slot]];
      if (meeting.offered) {
        evaluation.fail("more than one series on the right side matches");
        return false;
      }
      meeting = {right_->value(slot), true, false};
    }
    return true;
  }

  void match_left(Evaluation& evaluation) noexcept {
    for (std::size_t slot = 0; slot < left_->size(); ++slot) {
      Meeting& meeting = meetings_[groups_.left_group[slot]];
      if (!left_->present(slot) || !meeting.offered) continue;
      const double left = left_->value(slot);
      double value = 0;
      if (!operation_.apply(left, meeting.right, left, value)) continue;
      if (meeting.taken) {
        return evaluation.fail("more than one series on the left side matches");
      }
      meeting.taken = true;
      set(slot, value);
    }
  }

  Operation operation_;
  VectorNodePtr left_;
  VectorNodePtr right_;
  MatchGroups groups_;
  std::vector<Meeting> meetings_;
};

class VectorNegation : public VectorNode {
 public:
  explicit VectorNegation(VectorNodePtr operand) : operand_{std::move(operand)} {
    std::vector<Labels> labels = operand_->labels();
    std::transform(labels.begin(), labels.end(), labels.begin(), drop_name);
    set_slots(std::move(labels));
    inherit_blindness(*operand_);
  }

  void evaluate(Evaluation& evaluation) noexcept override {
    operand_->evaluate(evaluation);
    for (std::size_t slot = 0; slot < size(); ++slot) {
      clear(slot);
      if (operand_->present(slot)) set(slot, -operand_->value(slot));
    }
    check_duplicates(evaluation);
  }

  bool has_data() const noexcept override { return operand_->has_data(); }

 private:
  VectorNodePtr operand_;
};

}  // namespace

VectorNodePtr make_vector_scalar(const Binary& binary, VectorNodePtr vector, ScalarNodePtr scalar,
                                 bool scalar_left) {
  return std::make_unique<VectorScalar>(binary, std::move(vector), std::move(scalar), scalar_left);
}

VectorNodePtr make_vector_vector(const Binary& binary, VectorNodePtr left, VectorNodePtr right) {
  return std::make_unique<VectorVector>(binary, std::move(left), std::move(right));
}

VectorNodePtr make_vector_negation(VectorNodePtr operand) {
  return std::make_unique<VectorNegation>(std::move(operand));
}

}  // namespace outrider::promql
