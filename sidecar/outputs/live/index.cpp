// SPDX-License-Identifier: Apache-2.0
#include "outputs/live/index.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace outrider::outputs {
namespace {

using aggregate::Family;
using aggregate::FamilyKind;
using aggregate::Labels;
using aggregate::Metric;

using ByName = std::multimap<std::string, const Family*>;

const Metric* find_metric(const Family& family, const Labels& labels) {
  const auto found = std::find_if(family.metrics.begin(), family.metrics.end(),
                                  [&](const Metric& each) { return each.labels == labels; });
  return found == family.metrics.end() ? nullptr : &*found;
}

/// The family of that name and kind that has these labels; null in both: none.
std::pair<const Family*, const Metric*> find(const ByName& families, const std::string& name,
                                             FamilyKind kind, const Labels& labels) {
  const auto [begin, end] = families.equal_range(name);
  for (auto each = begin; each != end; ++each) {
    if (each->second->kind != kind) continue;
    if (const Metric* metric = find_metric(*each->second, labels); metric != nullptr)
      return {each->second, metric};
  }
  return {nullptr, nullptr};
}

bool is_own(const Family& family) {
  return family.name.starts_with("outrider_");
}

/// A histogram whose window is kept; those of others' pages have none.
bool add_latency(const ByName& families, LiveLatency latency, std::vector<LiveLatency>& into) {
  Labels labels = latency.metric->labels;
  labels.emplace_back("window", live_window);
  std::sort(labels.begin(), labels.end());
  const std::string rolling = latency.family->name + "_rolling";
  const auto [summary, quantiles] = find(families, rolling, FamilyKind::summary, labels);
  const auto [gauge, maximum] = find(families, rolling + "_max", FamilyKind::gauge, labels);
  if (summary == nullptr || gauge == nullptr) return false;
  latency.rolling = summary;
  latency.first_quantile = quantiles->first_value;
  latency.maximum = maximum->first_value;
  into.push_back(latency);
  return true;
}

template <class Item>
std::size_t keep_first(std::vector<Item>& items, std::size_t most) {
  std::stable_partition(items.begin(), items.end(),
                        [](const Item& item) { return !is_own(*item.family); });
  const std::size_t left_out = items.size() - std::min(items.size(), most);
  items.resize(items.size() - left_out);
  return left_out;
}

}  // namespace

LiveIndex::LiveIndex(std::shared_ptr<const aggregate::Schema> of) : schema{std::move(of)} {
  ByName families;
  for (const Family& family : schema->families) {
    if (family.is_shown) families.emplace(family.name, &family);
  }
  for (const Family& family : schema->families) {
    if (!family.is_shown) continue;
    for (const Metric& metric : family.metrics) {
      if (family.kind == FamilyKind::histogram)
        add_latency(families, {&family, &metric}, latencies);
      if (family.kind == FamilyKind::counter) counters.push_back({&family, &metric});
    }
  }
  latencies_left_out = keep_first(latencies, most_latencies);
  counters_left_out = keep_first(counters, most_counters);
}

}  // namespace outrider::outputs
