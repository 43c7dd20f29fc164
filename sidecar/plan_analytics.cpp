// SPDX-License-Identifier: Apache-2.0
// The planner's part for the analytics: the series of their inputs, found anew with
// each plan, and the feed that hands over what they have.
#include "planner.hpp"
#include "promql/labels.hpp"

namespace outrider {

// One for each input of each account; of those that are not configured one that finds
// nothing.
std::vector<rules::Selector> Planner::analytics_selectors() const {
  const auto equals = [](const std::string& label, const std::string& value) {
    std::string reason;
    return *promql::LabelMatcher::create(promql::MatchKind::equal, label, value, reason);
  };
  std::vector<rules::Selector> all;
  for (const config::AnalyticsConfig& account : analytics_) {
    for (const auto& input : account.inputs) {
      const config::SeriesSelector wanted = input.value_or(config::SeriesSelector{});
      rules::Selector& selector = all.emplace_back();
      selector.push_back(equals(promql::metric_name_label, wanted.name));
      for (const auto& [label, value] : wanted.labels) selector.push_back(equals(label, value));
    }
  }
  return all;
}

void Planner::feed_analytics(Plan& plan) const {
  if (parts_.feeds == nullptr || analytics_.empty()) return;
  plan.feed = std::make_shared<analytics::Feed>(analytics_, plan.rules->watched());
  parts_.feeds->put(plan.feed);
}

}  // namespace outrider
