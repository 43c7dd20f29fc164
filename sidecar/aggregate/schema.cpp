// SPDX-License-Identifier: Apache-2.0
#include "aggregate/schema.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace outrider::aggregate {

std::string edge_text(double edge) {
  if (std::isinf(edge)) return edge > 0 ? "+Inf" : "-Inf";
  // As the serializer's stream does it: 100000, where the shortest form is 1e+05.
  constexpr int digits = std::numeric_limits<double>::max_digits10 - 1;
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), edge,
                                 std::chars_format::general, digits)
                       .ptr;
  return {text.data(), end};
}

namespace {

Labels with(const Labels& labels, std::string name, const std::string& edge_name = {},
            const std::string& edge = {}) {
  Labels full = labels;
  full.emplace_back("__name__", std::move(name));
  if (!edge_name.empty()) full.emplace_back(edge_name, edge);
  std::sort(full.begin(), full.end());
  return full;
}

using Take = std::function<void(Series)>;

void for_each_of(const Family& family, const Metric& metric, const Take& take) {
  ValueId next = metric.first_value;
  if (family.kind == FamilyKind::counter || family.kind == FamilyKind::gauge) {
    take({with(metric.labels, family.name), next});
    return;
  }
  const bool histogram = family.kind == FamilyKind::histogram;
  for (const double edge : family.edges) {
    take({histogram ? with(metric.labels, family.name + "_bucket", "le", edge_text(edge))
                    : with(metric.labels, family.name, "quantile", edge_text(edge)),
          next++});
  }
  if (histogram) take({with(metric.labels, family.name + "_bucket", "le", "+Inf"), next});
  take({with(metric.labels, family.name + "_count"), next++});
  take({with(metric.labels, family.name + "_sum"), next});
}

}  // namespace

void for_each_series(const Family& family, const Take& take) {
  for (const Metric& metric : family.metrics) for_each_of(family, metric, take);
}

std::vector<Series> list_series(const Schema& schema) {
  std::vector<Series> all;
  for (const Family& family : schema.families)
    for_each_series(family, [&all](Series series) { all.push_back(std::move(series)); });
  return all;
}

}  // namespace outrider::aggregate
