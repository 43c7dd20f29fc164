// SPDX-License-Identifier: Apache-2.0
// Which slots of two vectors may meet: those whose matching labels are equal
// form a group. Settled when a node is made.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "promql/ast.hpp"
#include "promql/node.hpp"

namespace outrider::promql {

struct MatchGroups {
  std::vector<std::uint32_t> left_group;   ///< by slot of the left vector
  std::vector<std::uint32_t> right_group;  ///< by slot of the right vector
  std::size_t count = 0;

  /// `on` compares the listed labels, `ignoring` all but them and the name.
  static MatchGroups of(const Matching& matching, const VectorNode& left, const VectorNode& right) {
    MatchGroups groups;
    std::map<Labels, std::uint32_t> ids;
    std::vector<std::string> ignored = matching.labels;
    ignored.emplace_back(metric_name_label);
    const auto group_of = [&](const Labels& labels) {
      Labels key =
          matching.on ? keep_labels(labels, matching.labels) : drop_labels(labels, ignored);
      return ids.try_emplace(std::move(key), static_cast<std::uint32_t>(ids.size())).first->second;
    };
    for (const Labels& labels : left.labels()) groups.left_group.push_back(group_of(labels));
    for (const Labels& labels : right.labels()) groups.right_group.push_back(group_of(labels));
    groups.count = ids.size();
    return groups;
  }
};

/// By group: whether one of its members in `vector` does not see all.
inline std::vector<bool> blind_groups(const VectorNode& vector,
                                      const std::vector<std::uint32_t>& group_of,
                                      std::size_t count) {
  std::vector<bool> blind(count);
  for (std::size_t slot = 0; slot < vector.size(); ++slot) {
    if (vector.is_blind(slot)) blind[group_of[slot]] = true;
  }
  return blind;
}

}  // namespace outrider::promql
