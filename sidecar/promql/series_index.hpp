// SPDX-License-Identifier: Apache-2.0
// The series of one schema, found by name: many selectors are bound against
// many series each time a series appears.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "aggregate/schema.hpp"
#include "promql/matcher.hpp"

namespace outrider::promql {

/// What the rule that records a name last had to say of it. Written by the guard.
struct Recorded {
  bool has_data = false;  ///< that it recorded nothing is an answer
};

class SeriesIndex {
 public:
  explicit SeriesIndex(std::vector<aggregate::Series> series);
  explicit SeriesIndex(const aggregate::Schema& schema)
      : SeriesIndex{aggregate::list_series(schema)} {}

  /// Adds what a rule records under one name, to be selected like any other
  /// series. `blind` says by series whether it cannot be judged.
  void add_recorded(const std::string& name, std::shared_ptr<const Recorded> recorded,
                    const std::vector<aggregate::Series>& series, const std::vector<bool>& blind);

  /// Those of the rules whose names are selected.
  [[nodiscard]] std::vector<std::shared_ptr<const Recorded>> recordings(
      const std::vector<LabelMatcher>& matchers) const;
  [[nodiscard]] bool is_blind(const aggregate::Series& series) const {
    return blind_.contains(series.value);
  }

  /// In the order of the schema, then as recorded. Valid as long as the index.
  [[nodiscard]] std::vector<const aggregate::Series*> select(
      const std::vector<LabelMatcher>& matchers) const;

 private:
  std::deque<aggregate::Series> series_;
  std::unordered_map<std::string, std::vector<const aggregate::Series*>> by_name_;
  std::vector<std::pair<std::string, std::shared_ptr<const Recorded>>> recorded_;
  std::set<aggregate::ValueId> blind_;
};

}  // namespace outrider::promql
