// SPDX-License-Identifier: Apache-2.0
// Aggregations that order the elements of a group: topk and bottomk, which keep
// some of them, and quantile, which makes one of all.
#include <algorithm>
#include <cmath>
#include <utility>

#include "promql/aggregation_groups.hpp"
#include "promql/match_groups.hpp"
#include "promql/nodes.hpp"
#include "promql/order.hpp"

namespace outrider::promql {

namespace {

/// The slots of the operand, group by group.
std::vector<std::vector<std::uint32_t>> members_of(const AggregationGroups& groups) {
  std::vector<std::vector<std::uint32_t>> members(groups.labels.size());
  for (std::size_t slot = 0; slot < groups.group_of.size(); ++slot) {
    members[groups.group_of[slot]].push_back(static_cast<std::uint32_t>(slot));
  }
  return members;
}

std::size_t largest(const std::vector<std::vector<std::uint32_t>>& members) {
  std::size_t most = 0;
  for (const auto& group : members) most = std::max(most, group.size());
  return most;
}

class TopK : public VectorNode {
 public:
  TopK(const Aggregation& aggregation, ScalarNodePtr count, VectorNodePtr operand)
      : largest_first_{aggregation.op == AggregateOperator::topk},
        count_{std::move(count)},
        operand_{std::move(operand)} {
    const auto groups = AggregationGroups::of(aggregation, *operand_);
    members_ = members_of(groups);
    best_.reserve(largest(members_));
    set_slots(operand_->labels());
    const auto blind = blind_groups(*operand_, groups.group_of, members_.size());
    for (std::size_t slot = 0; slot < size(); ++slot) {
      if (count_->is_blind() || blind[groups.group_of[slot]]) set_blind(slot);
    }
  }

  void evaluate(Evaluation& evaluation) noexcept override {
    const double count = count_->evaluate(evaluation);
    operand_->evaluate(evaluation);
    clear_all();
    constexpr double limit = 9223372036854775808.0;  // 2^63
    if (!(count >= -limit && count <= limit)) {
      return evaluation.fail("the count of topk or bottomk is no number that fits 64 bits");
    }
    if (count < 1) return;
    for (const auto& group : members_) keep_best(group, count);
    check_duplicates(evaluation);
  }

  bool has_data() const noexcept override { return operand_->has_data(); }

 private:
  /// NaN comes last whichever end is asked for; of equals the earlier slot wins.
  [[nodiscard]] bool is_better(std::uint32_t a, std::uint32_t b) const noexcept {
    const double left = operand_->value(a);
    const double right = operand_->value(b);
    if (std::isnan(left) != std::isnan(right)) return std::isnan(right);
    if (left < right || right < left) return (left > right) == largest_first_;
    return a < b;
  }

  void keep_best(const std::vector<std::uint32_t>& group, double count) noexcept {
    best_.clear();
    for (const std::uint32_t slot : group) {
      if (operand_->present(slot)) best_.push_back(slot);  // within what is reserved
    }
    const bool all = count >= static_cast<double>(best_.size());
    const std::size_t kept = all ? best_.size() : static_cast<std::size_t>(count);
    std::partial_sort(best_.begin(), best_.begin() + static_cast<std::ptrdiff_t>(kept), best_.end(),
                      [this](std::uint32_t a, std::uint32_t b) { return is_better(a, b); });
    for (std::size_t i = 0; i < kept; ++i) set(best_[i], operand_->value(best_[i]));
  }

  bool largest_first_;
  ScalarNodePtr count_;
  VectorNodePtr operand_;
  std::vector<std::vector<std::uint32_t>> members_;
  std::vector<std::uint32_t> best_;  ///< scratch, room for the largest group
};

class Quantile : public VectorNode {
 public:
  Quantile(const Aggregation& aggregation, ScalarNodePtr quantile, VectorNodePtr operand)
      : quantile_{std::move(quantile)}, operand_{std::move(operand)} {
    auto groups = AggregationGroups::of(aggregation, *operand_);
    members_ = members_of(groups);
    values_.resize(largest(members_));
    set_slots(std::move(groups.labels));
    const auto blind = blind_groups(*operand_, groups.group_of, members_.size());
    for (std::size_t group = 0; group < size(); ++group) {
      if (quantile_->is_blind() || blind[group]) set_blind(group);
    }
  }

  void evaluate(Evaluation& evaluation) noexcept override {
    const double quantile = quantile_->evaluate(evaluation);
    operand_->evaluate(evaluation);
    for (std::size_t group = 0; group < size(); ++group) {
      std::size_t count = 0;
      for (const std::uint32_t slot : members_[group]) {
        if (operand_->present(slot)) values_[count++] = operand_->value(slot);
      }
      if (count > 0) {
        set(group, quantile_of(quantile, std::span{values_}.first(count)));
      } else {
        clear(group);
      }
    }
  }

  bool has_data() const noexcept override { return operand_->has_data(); }

 private:
  ScalarNodePtr quantile_;
  VectorNodePtr operand_;
  std::vector<std::vector<std::uint32_t>> members_;
  std::vector<double> values_;  ///< scratch, room for the largest group
};

}  // namespace

VectorNodePtr make_ranking(const Aggregation& aggregation, ScalarNodePtr parameter,
                           VectorNodePtr operand) {
  if (aggregation.op == AggregateOperator::quantile) {
    return std::make_unique<Quantile>(aggregation, std::move(parameter), std::move(operand));
  }
  return std::make_unique<TopK>(aggregation, std::move(parameter), std::move(operand));
}

}  // namespace outrider::promql
