// SPDX-License-Identifier: Apache-2.0
#include "analytics/feed.hpp"

#include <algorithm>

namespace outrider::analytics {

namespace {

bool is_looked_at(const std::vector<aggregate::Series>& found) {
  return found.size() <= most_series;
}

std::size_t columns(std::span<const std::vector<aggregate::Series>> found) {
  std::size_t count = 0;
  for (const auto& each : found) count += is_looked_at(each) ? each.size() : 0;
  return count;
}

}  // namespace

Feed::Feed(const std::vector<config::AnalyticsConfig>& accounts,
           std::span<const std::vector<aggregate::Series>> found)
    : accounts_{accounts},
      looks_{Look{{}, {}, std::vector<double>(columns(found), aggregate::no_value())}} {
  auto next = found.begin();
  for (const config::AnalyticsConfig& account : accounts_) {
    period_ = std::min(period_, account.interval);
    AccountInputs& inputs = inputs_.emplace_back();
    for (Found& input : inputs) {
      const std::vector<aggregate::Series>& series = *next++;
      input.count = series.size();
      input.first = ids_.size();
      if (!is_looked_at(series)) continue;
      for (const aggregate::Series& each : series) {
        ids_.push_back(each.value);
        input.labels.push_back(each.labels);
      }
    }
  }
}

void Feed::fill(const aggregate::ValueSource& source, nanoseconds steady,
                nanoseconds wall) noexcept {
  Look& look = looks_.back();
  look.steady = steady;
  look.wall = wall;
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    if (!source.read(ids_[i], look.values[i])) look.values[i] = aggregate::no_value();
  }
  looks_.publish();
}

const Feed::AccountInputs* Feed::inputs(const config::AnalyticsConfig& account) const {
  const auto found = std::find(accounts_.begin(), accounts_.end(), account);
  return found == accounts_.end() ? nullptr : inputs_.data() + (found - accounts_.begin());
}

}  // namespace outrider::analytics
