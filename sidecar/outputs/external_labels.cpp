// SPDX-License-Identifier: Apache-2.0
#include "outputs/external_labels.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace outrider::outputs {

namespace {

using prometheus::ClientMetric;
using LabelSet = std::vector<std::pair<std::string, std::string>>;

bool has(const ClientMetric& metric, const std::string& name) {
  return std::any_of(metric.label.begin(), metric.label.end(),
                     [&](const auto& label) { return label.name == name; });
}

LabelSet set_of(const ClientMetric& metric) {
  LabelSet labels;
  for (const auto& label : metric.label) labels.emplace_back(label.name, label.value);
  std::sort(labels.begin(), labels.end());
  return labels;
}

void add(ClientMetric& metric, const aggregate::Labels& labels) {
  for (const auto& [name, value] : labels) {
    if (!has(metric, name)) metric.label.push_back({name, value});
  }
}

bool brings_one(const ClientMetric& metric, const aggregate::Labels& labels) {
  return std::any_of(labels.begin(), labels.end(),
                     [&](const auto& label) { return has(metric, label.first); });
}

/// Those that bring one of the labels first: they are what they say they are.
void add_where_free(prometheus::MetricFamily& family, const aggregate::Labels& labels) {
  std::set<LabelSet> taken;
  for (const ClientMetric& metric : family.metric) taken.insert(set_of(metric));
  std::vector<ClientMetric*> in_order;
  for (ClientMetric& metric : family.metric) in_order.push_back(&metric);
  std::stable_partition(in_order.begin(), in_order.end(),
                        [&](const ClientMetric* metric) { return brings_one(*metric, labels); });
  for (ClientMetric* metric : in_order) {
    ClientMetric wider;
    wider.label = metric->label;
    add(wider, labels);
    if (taken.insert(set_of(wider)).second) metric->label = std::move(wider.label);
  }
}

}  // namespace

void add_external_labels(Families& families, const aggregate::Labels& labels) {
  if (labels.empty()) return;
  for (prometheus::MetricFamily& family : families) {
    // Only where a series brings one of them itself can two become the same.
    const bool may_collide =
        std::any_of(family.metric.begin(), family.metric.end(),
                    [&](const ClientMetric& metric) { return brings_one(metric, labels); });
    if (may_collide) {
      add_where_free(family, labels);
    } else {
      for (ClientMetric& metric : family.metric) add(metric, labels);
    }
  }
}

}  // namespace outrider::outputs
