// SPDX-License-Identifier: Apache-2.0
// group_left and group_right: many elements of one side meet one of the other,
// whose labels may be taken along. A result slot is a pair that can meet, so
// labels are fixed here as everywhere.
#include <algorithm>
#include <map>
#include <utility>

#include "promql/match_groups.hpp"
#include "promql/nodes.hpp"
#include "promql/operators.hpp"

namespace outrider::promql {

namespace {

/// Pairs of one join that takes labels along: its results may be as many as the
/// elements of one side times those of the other, if these come and go.
constexpr std::size_t most_pairs = 1U << 16U;

class Join : public VectorNode {
 public:
  Join(const Binary& binary, VectorNodePtr left, VectorNodePtr right)
      : operation_{binary.op, binary.return_bool},
        drops_name_{drops_name(binary)},
        many_left_{binary.matching.many_left},
        many_{std::move(many_left_ ? left : right)},
        one_{std::move(many_left_ ? right : left)},
        groups_{MatchGroups::of(binary.matching, *many_, *one_)},
        chosen_(groups_.count) {
    const std::vector<std::string>& taken = binary.matching.group_labels;
    set_slots(taken.empty() ? labels_of_many() : pair_up(taken));
    const auto blind = blind_groups(*one_, groups_.right_group, groups_.count);
    for (std::size_t slot = 0; slot < many_->size(); ++slot) {
      if (!many_->is_blind(slot) && !blind[groups_.left_group[slot]]) continue;
      if (taken.empty()) {
        set_blind(slot);
        continue;
      }
      for (const Pair& pair : pairs_[slot]) set_blind(pair.result);
    }
  }

  void evaluate(Evaluation& evaluation) noexcept override {
    many_->evaluate(evaluation);
    one_->evaluate(evaluation);
    clear_all();
    // With one side empty nothing meets and nothing can be ambiguous.
    if (!many_->any_present() || !one_->any_present()) return;
    if (choose_one(evaluation)) meet(evaluation);
    check_duplicates(evaluation);
  }

  bool has_data() const noexcept override { return many_->has_data() && one_->has_data(); }

 private:
  struct Pair {
    std::uint32_t one = 0;     ///< slot of the one side
    std::uint32_t result = 0;  ///< slot of this node
  };
  static constexpr std::uint32_t nobody = UINT32_MAX;

  /// Without labels of the one side a result is an element of the many.
  [[nodiscard]] std::vector<Labels> labels_of_many() const {
    std::vector<Labels> results;
    for (const Labels& many : many_->labels()) results.push_back(result_labels(many, {}, {}));
    return results;
  }

  /// Every pair that can meet, and the labels of what it makes. Pairs of one
  /// element with the same labels share a slot: their ones are never there at once.
  std::vector<Labels> pair_up(const std::vector<std::string>& taken) {
    std::vector<std::vector<std::uint32_t>> ones(groups_.count);
    for (std::size_t slot = 0; slot < one_->size(); ++slot) {
      ones[groups_.right_group[slot]].push_back(static_cast<std::uint32_t>(slot));
    }
    std::vector<Labels> results;
    std::size_t room = most_pairs;
    pairs_.resize(many_->size());
    for (std::size_t slot = 0; slot < many_->size(); ++slot) {
      std::map<Labels, std::uint32_t> known;
      for (const std::uint32_t one : ones[groups_.left_group[slot]]) {
        if (room-- == 0) return results;
        Labels labels = result_labels(many_->labels()[slot], one_->labels()[one], taken);
        const auto next = static_cast<std::uint32_t>(results.size());
        const auto [found, added] = known.try_emplace(std::move(labels), next);
        if (added) results.push_back(found->first);
        pairs_[slot].push_back({one, found->second});
      }
    }
    return results;
  }

  [[nodiscard]] Labels result_labels(const Labels& many, const Labels& one,
                                     const std::vector<std::string>& taken) const {
    Labels labels = drops_name_ ? drop_name(many) : many;
    for (const std::string& name : taken) {
      set_label(labels, name, std::string{label_value(one, name)});
    }
    return operation_.return_bool ? drop_name(labels) : labels;
  }

  /// Who stands for the one side in each group.
  bool choose_one(Evaluation& evaluation) noexcept {
    std::fill(chosen_.begin(), chosen_.end(), nobody);
    for (std::size_t slot = 0; slot < one_->size(); ++slot) {
      if (!one_->present(slot)) continue;
      std::uint32_t& chosen = chosen_[groups_.right_group[slot]];
      if (chosen != nobody) {
        evaluation.fail("more than one series matches on the side that must have one");
        return false;
      }
      chosen = static_cast<std::uint32_t>(slot);
    }
    return true;
  }

  void meet(Evaluation& evaluation) noexcept {
    for (std::size_t slot = 0; slot < many_->size(); ++slot) {
      const std::uint32_t one = chosen_[groups_.left_group[slot]];
      if (!many_->present(slot) || one == nobody) continue;
      const double left = many_left_ ? many_->value(slot) : one_->value(one);
      const double right = many_left_ ? one_->value(one) : many_->value(slot);
      double value = 0;
      if (!operation_.apply(left, right, left, value)) continue;
      const std::uint32_t result = result_of(slot, one);
      if (result == nobody) {
        return evaluation.fail("group_left or group_right makes more results than there is room");
      }
      set(result, value);
    }
  }

  [[nodiscard]] std::uint32_t result_of(std::size_t many, std::uint32_t one) const noexcept {
    if (pairs_.empty()) return static_cast<std::uint32_t>(many);
    const auto pair = std::find_if(pairs_[many].begin(), pairs_[many].end(),
                                   [&](const Pair& each) { return each.one == one; });
    return pair == pairs_[many].end() ? nobody : pair->result;
  }

  Operation operation_;
  bool drops_name_;
  bool many_left_;
  VectorNodePtr many_;
  VectorNodePtr one_;
  MatchGroups groups_;                    ///< its left is the many side
  std::vector<std::uint32_t> chosen_;     ///< by group: slot of the one side
  std::vector<std::vector<Pair>> pairs_;  ///< by slot of the many side; empty: see result_of
};

}  // namespace

VectorNodePtr make_join(const Binary& binary, VectorNodePtr left, VectorNodePtr right) {
  return std::make_unique<Join>(binary, std::move(left), std::move(right));
}

}  // namespace outrider::promql
