// SPDX-License-Identifier: Apache-2.0
#include "rules/metric_catalogue.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "config/problem.hpp"

namespace outrider::rules {

namespace {

KnownMetric read(const YAML::Node& listed) {
  KnownMetric metric;
  metric.type = listed["type"].as<std::string>();
  for (const auto& label : listed["labels"]) {
    const auto values = label.second.as<std::vector<std::string>>();
    metric.labels[label.first.as<std::string>()] = {values.begin(), values.end()};
  }
  for (const YAML::Node& bound : listed["buckets"])
    metric.last_bound = std::max(metric.last_bound, bound.as<double>());
  return metric;
}

}  // namespace

std::string MetricCatalogue::add(const std::string& file) {
  try {
    for (const YAML::Node& listed : YAML::LoadFile(file)["metrics"])
      metrics_[listed["name"].as<std::string>()] = read(listed);
  } catch (const YAML::Exception& error) {
    return file + ": found no list of metrics (" + error.msg +
           "); needed metrics: with name, type and labels of each, as in a profile's metrics.yml";
  }
  return {};
}

const KnownMetric* MetricCatalogue::find(const std::string& name) const {
  const auto found = metrics_.find(name);
  if (found != metrics_.end()) return &found->second;
  for (const char* suffix : {"_bucket", "_sum", "_count", "_rolling", "_rolling_max"}) {
    if (!name.ends_with(suffix)) continue;
    const auto family = metrics_.find(name.substr(0, name.size() - std::string{suffix}.size()));
    if (family != metrics_.end() && family->second.type == "histogram") return &family->second;
  }
  return nullptr;
}

std::string MetricCatalogue::nearest(const std::string& name) const {
  if (metrics_.contains(name + "_total")) return name + "_total";
  std::string best;
  std::size_t least = name.size() / 5 + 1;
  for (const auto& [known, metric] : metrics_) {
    const std::size_t letters = config::edit_distance(name, known);
    if (letters >= least) continue;
    least = letters;
    best = known;
  }
  return best;
}

}  // namespace outrider::rules
