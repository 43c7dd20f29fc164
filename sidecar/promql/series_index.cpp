// SPDX-License-Identifier: Apache-2.0
#include "promql/series_index.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "promql/labels.hpp"

namespace outrider::promql {

SeriesIndex::SeriesIndex(std::vector<aggregate::Series> series)
    : series_{std::make_move_iterator(series.begin()), std::make_move_iterator(series.end())} {
  for (aggregate::Series& one : series_) {
    one.labels = normalized(std::move(one.labels));
    by_name_[std::string{label_value(one.labels, metric_name_label)}].push_back(&one);
  }
}

void SeriesIndex::add_recorded(const std::string& name, std::shared_ptr<const Recorded> recorded,
                               const std::vector<aggregate::Series>& series,
                               const std::vector<bool>& blind) {
  recorded_.emplace_back(name, std::move(recorded));
  for (std::size_t i = 0; i < series.size(); ++i) {
    by_name_[name].push_back(&series_.emplace_back(series[i]));
    if (blind[i]) blind_.insert(series[i].value);
  }
}

std::vector<std::shared_ptr<const Recorded>> SeriesIndex::recordings(
    const std::vector<LabelMatcher>& matchers) const {
  std::vector<std::shared_ptr<const Recorded>> found;
  for (const auto& each : recorded_) {
    const std::string& name = each.first;
    const bool selected = std::all_of(matchers.begin(), matchers.end(), [&](const auto& matcher) {
      return matcher.label() != metric_name_label || matcher.matches(name);
    });
    if (selected) found.push_back(each.second);
  }
  return found;
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
