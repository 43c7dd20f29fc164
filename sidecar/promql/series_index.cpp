// SPDX-License-Identifier: Apache-2.0
#include "promql/series_index.hpp"

#include <algorithm>
#include <utility>

#include "promql/labels.hpp"

namespace outrider::promql {

SeriesIndex::SeriesIndex(std::vector<aggregate::Series> series) : series_{std::move(series)} {
  for (aggregate::Series& one : series_) {
    one.labels = normalized(std::move(one.labels));
    by_name_[std::string{label_value(one.labels, metric_name_label)}].push_back(&one);
  }
}

std::vector<const aggregate::Series*> SeriesIndex::select(
    const std::vector<LabelMatcher>& matchers) const {
  std::vector<const aggregate::Series*> found;
  const auto take = [&](const aggregate::Series& series) {
    if (matches_all(matchers, series.labels)) found.push_back(&series);
  };
  const auto name = std::find_if(matchers.begin(), matchers.end(), [](const auto& matcher) {
    return matcher.kind() == MatchKind::equal && matcher.label() == metric_name_label;
  });
  if (name == matchers.end()) {
    for (const aggregate::Series& series : series_) take(series);
    return found;
  }
  if (const auto named = by_name_.find(name->value()); named != by_name_.end()) {
    for (const aggregate::Series* series : named->second) take(*series);
  }
  return found;
}

}  // namespace outrider::promql
