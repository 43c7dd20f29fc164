// SPDX-License-Identifier: Apache-2.0
// Labels of an environment on every series of a page.
#include "outputs/external_labels.hpp"

#include <gtest/gtest.h>

namespace outrider::outputs {
namespace {

using aggregate::Labels;

prometheus::MetricFamily gauge(std::initializer_list<Labels> metrics) {
  prometheus::MetricFamily family{"pnl_usd", "", prometheus::MetricType::Gauge, {}};
  for (const Labels& labels : metrics) {
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : labels) metric.label.push_back({name, value});
    family.metric.push_back(metric);
  }
  return family;
}

std::vector<Labels> labels_of(const prometheus::MetricFamily& family) {
  std::vector<Labels> all;
  for (const auto& metric : family.metric) {
    Labels labels;
    for (const auto& label : metric.label) labels.emplace_back(label.name, label.value);
    all.push_back(labels);
  }
  return all;
}

std::vector<Labels> with(const Labels& external, std::initializer_list<Labels> metrics) {
  Families families{gauge(metrics)};
  add_external_labels(families, external);
  return labels_of(families.front());
}

const Labels production{{"env", "production"}, {"region", "tokyo"}};

TEST(ExternalLabels, AreOnEverySeriesBehindItsOwn) {
  EXPECT_EQ(with(production, {{{"desk", "fx"}}, {}}),
            (std::vector<Labels>{{{"desk", "fx"}, {"env", "production"}, {"region", "tokyo"}},
                                 {{"env", "production"}, {"region", "tokyo"}}}));
  EXPECT_EQ(with({}, {{{"desk", "fx"}}}), (std::vector<Labels>{{{"desk", "fx"}}}));
}

TEST(ExternalLabels, LeaveASeriesItsOwnLabel) {
  EXPECT_EQ(with(production, {{{"env", "paper"}}, {{"desk", "fx"}}}),
            (std::vector<Labels>{{{"env", "paper"}, {"region", "tokyo"}},
                                 {{"desk", "fx"}, {"env", "production"}, {"region", "tokyo"}}}));
}

TEST(ExternalLabels, NeverMakeTwoSeriesOne) {
  EXPECT_EQ(with({{"env", "production"}}, {{}, {{"env", "production"}}, {{"env", "paper"}}}),
            (std::vector<Labels>{{}, {{"env", "production"}}, {{"env", "paper"}}}));
  EXPECT_EQ(with({{"env", "production"}}, {{{"env", "production"}}, {}}),
            (std::vector<Labels>{{{"env", "production"}}, {}}));
  EXPECT_EQ(with(production, {{{"env", "production"}}, {}}),
            (std::vector<Labels>{{{"env", "production"}, {"region", "tokyo"}}, {}}));
  EXPECT_EQ(with(production, {{}, {{"env", "production"}}}),
            (std::vector<Labels>{{}, {{"env", "production"}, {"region", "tokyo"}}}));
}

}  // namespace
}  // namespace outrider::outputs
