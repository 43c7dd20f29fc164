// SPDX-License-Identifier: Apache-2.0
// The series of one schema, found by name: many selectors are bound against
// many series each time a series appears.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "aggregate/schema.hpp"
#include "promql/matcher.hpp"

namespace outrider::promql {

class SeriesIndex {
 public:
  explicit SeriesIndex(std::vector<aggregate::Series> series);
  explicit SeriesIndex(const aggregate::Schema& schema)
      : SeriesIndex{aggregate::list_series(schema)} {}

  /// In the order of the schema. Valid as long as the index.
  [[nodiscard]] std::vector<const aggregate::Series*> select(
      const std::vector<LabelMatcher>& matchers) const;

 private:
  std::vector<aggregate::Series> series_;
  std::unordered_map<std::string, std::vector<const aggregate::Series*>> by_name_;
};

}  // namespace outrider::promql
