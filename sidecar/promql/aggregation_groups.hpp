// SPDX-License-Identifier: Apache-2.0
// Which slots of a vector `by` or `without` puts into one group. Settled when a
// node is made.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "promql/ast.hpp"
#include "promql/node.hpp"

namespace outrider::promql {

struct AggregationGroups {
  std::vector<Labels> labels;           ///< by group
  std::vector<std::uint32_t> group_of;  ///< by slot of the operand

  static AggregationGroups of(const Aggregation& aggregation, const VectorNode& operand) {
    AggregationGroups groups;
    std::vector<std::string> names = aggregation.labels;
    if (aggregation.without) names.emplace_back(metric_name_label);
    std::map<Labels, std::uint32_t> known;
    for (const Labels& member : operand.labels()) {
      Labels group = aggregation.without ? drop_labels(member, names) : keep_labels(member, names);
      const auto next = static_cast<std::uint32_t>(groups.labels.size());
      const auto [found, added] = known.try_emplace(group, next);
      if (added) groups.labels.push_back(std::move(group));
      groups.group_of.push_back(found->second);
    }
    return groups;
  }
};

}  // namespace outrider::promql
