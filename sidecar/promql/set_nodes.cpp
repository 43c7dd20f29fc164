// SPDX-License-Identifier: Apache-2.0
// and, or, unless: which elements stay, by whether the other side has any of
// their group.
#include <algorithm>
#include <utility>

#include "promql/match_groups.hpp"
#include "promql/nodes.hpp"

namespace outrider::promql {

namespace {

class SetOperation : public VectorNode {
 public:
  SetOperation(const Binary& binary, VectorNodePtr left, VectorNodePtr right)
      : op_{binary.op},
        left_{std::move(left)},
        right_{std::move(right)},
        groups_{MatchGroups::of(binary.matching, *left_, *right_)},
        in_left_(groups_.count),
        in_right_(groups_.count) {
    std::vector<Labels> labels = left_->labels();
    if (op_ == BinaryOperator::logical_or) {
      labels.insert(labels.end(), right_->labels().begin(), right_->labels().end());
    }
    set_slots(std::move(labels));
    set_blind_slots();
  }

  void evaluate(Evaluation& evaluation) noexcept override {
    left_->evaluate(evaluation);
    right_->evaluate(evaluation);
    mark(*left_, groups_.left_group, in_left_);
    mark(*right_, groups_.right_group, in_right_);
    clear_all();
    for (std::size_t slot = 0; slot < left_->size(); ++slot) {
      if (left_->present(slot) && left_stays(slot)) set(slot, left_->value(slot));
    }
    if (op_ == BinaryOperator::logical_or) add_right();
    check_duplicates(evaluation);
  }

  bool has_data() const noexcept override {
    // What `unless` takes away may be missing: then nothing is taken away.
    if (op_ == BinaryOperator::logical_unless) return left_->has_data();
    return left_->has_data() && right_->has_data();
  }

 private:
  /// Either side decides whether an element of the other stays, except that `or`
  /// keeps all of its left side.
  void set_blind_slots() {
    inherit_blindness(*left_);
    const auto right = blind_groups(*right_, groups_.right_group, groups_.count);
    const auto left = blind_groups(*left_, groups_.left_group, groups_.count);
    const bool is_or = op_ == BinaryOperator::logical_or;
    for (std::size_t slot = 0; slot < left_->size(); ++slot) {
      if (!is_or && right[groups_.left_group[slot]]) set_blind(slot);
    }
    for (std::size_t slot = 0; is_or && slot < right_->size(); ++slot) {
      if (right_->is_blind(slot) || left[groups_.right_group[slot]])
        set_blind(left_->size() + slot);
    }
  }

  static void mark(const VectorNode& vector, const std::vector<std::uint32_t>& group_of,
                   std::vector<std::uint8_t>& seen) noexcept {
    std::fill(seen.begin(), seen.end(), std::uint8_t{0});
    for (std::size_t slot = 0; slot < vector.size(); ++slot) {
      if (vector.present(slot)) seen[group_of[slot]] = 1;
    }
  }

  [[nodiscard]] bool left_stays(std::size_t slot) const noexcept {
    const bool matched = in_right_[groups_.left_group[slot]] != 0;
    return op_ == BinaryOperator::logical_or || matched == (op_ == BinaryOperator::logical_and);
  }

  void add_right() noexcept {
    for (std::size_t slot = 0; slot < right_->size(); ++slot) {
      const bool hidden = in_left_[groups_.right_group[slot]] != 0;
      if (right_->present(slot) && !hidden) set(left_->size() + slot, right_->value(slot));
    }
  }

  BinaryOperator op_;
  VectorNodePtr left_;
  VectorNodePtr right_;
  MatchGroups groups_;
  std::vector<std::uint8_t> in_left_;
  std::vector<std::uint8_t> in_right_;
};

}  // namespace

VectorNodePtr make_set_operation(const Binary& binary, VectorNodePtr left, VectorNodePtr right) {
  return std::make_unique<SetOperation>(binary, std::move(left), std::move(right));
}

}  // namespace outrider::promql
