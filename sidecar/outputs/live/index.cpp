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

using ByName = LiveIndex::ByName;

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

/// Adds what of the histogram's window is there; false for one without, as others' pages
/// have them.
bool find_window(const ByName& families, LiveLatency& latency) {
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
  return true;
}

}  // namespace

LiveIndex::LiveIndex(std::shared_ptr<const aggregate::Schema> of) : schema{std::move(of)} {
  ByName families;
  std::vector<const Family*> traders_first;
  for (const Family& family : schema->families) {
    if (!family.is_shown) continue;
    families.emplace(family.name, &family);
    traders_first.push_back(&family);
  }
  std::stable_partition(traders_first.begin(), traders_first.end(),
                        [](const Family* family) { return !is_own(*family); });
  for (const Family* family : traders_first) {
    for (const Metric& metric : family->metrics) {
      if (family->kind == FamilyKind::histogram) add_latency(families, {family, &metric});
      if (family->kind == FamilyKind::counter) add_counter({family, &metric});
    }
  }
}

void LiveIndex::add_latency(const ByName& families, LiveLatency latency) {
  if (latencies.size() == most_latencies) {
    ++latencies_left_out;
  } else if (find_window(families, latency)) {
    latencies.push_back(latency);
  }
}

void LiveIndex::add_counter(LiveCounter counter) {
  if (counters.size() == most_counters) {
    ++counters_left_out;
  } else {
    counters.push_back(counter);
  }
}

}  // namespace outrider::outputs
