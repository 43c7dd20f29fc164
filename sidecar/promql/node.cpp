// SPDX-License-Identifier: Apache-2.0
#include "promql/node.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace outrider::promql {

bool VectorNode::any_present() const noexcept {
  return std::any_of(present_.begin(), present_.end(), [](auto present) { return present != 0; });
}

bool VectorNode::any_blind() const noexcept {
  return std::any_of(blind_.begin(), blind_.end(), [](auto blind) { return blind != 0; });
}

void VectorNode::inherit_blindness(const VectorNode& other) noexcept {
  for (std::size_t slot = 0; slot < other.size(); ++slot) {
    if (other.is_blind(slot)) set_blind(slot);
  }
}

void VectorNode::set_all_blind() noexcept {
  std::fill(blind_.begin(), blind_.end(), std::uint8_t{1});
}

void VectorNode::set_slots(std::vector<Labels> labels) {
  labels_ = std::move(labels);
  present_.assign(labels_.size(), 0);
  blind_.assign(labels_.size(), 0);
  value_.assign(labels_.size(), 0.0);
  std::map<Labels, std::vector<std::uint32_t>> slots;
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    slots[labels_[i]].push_back(static_cast<std::uint32_t>(i));
  }
  for (auto& [unused, same] : slots) {
    if (same.size() > 1) same_labels_.push_back(std::move(same));
  }
}

void VectorNode::clear_all() noexcept {
  std::fill(present_.begin(), present_.end(), std::uint8_t{0});
}

void VectorNode::check_duplicates(Evaluation& evaluation) const noexcept {
  for (const auto& slots : same_labels_) {
    const auto count = std::count_if(slots.begin(), slots.end(),
                                     [&](std::uint32_t slot) { return present(slot); });
    if (count > 1) return evaluation.fail("vector holds the same label set twice");
  }
}

}  // namespace outrider::promql
