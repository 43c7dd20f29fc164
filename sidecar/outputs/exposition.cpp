// SPDX-License-Identifier: Apache-2.0
#include "outputs/exposition.hpp"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cstdint>
#include <locale>
#include <map>
#include <sstream>
#include <string_view>
#include <utility>

namespace outrider::outputs {

namespace {

using aggregate::Family;
using aggregate::FamilyKind;
using aggregate::Snapshot;
using aggregate::ValueId;

prometheus::MetricType type_of(FamilyKind kind) {
  switch (kind) {
    case FamilyKind::counter:
      return prometheus::MetricType::Counter;
    case FamilyKind::gauge:
      return prometheus::MetricType::Gauge;
    case FamilyKind::histogram:
      return prometheus::MetricType::Histogram;
    case FamilyKind::summary:
      return prometheus::MetricType::Summary;
  }
  return prometheus::MetricType::Untyped;
}

/// A count as the model wants it; what cannot be one counts as 0.
std::uint64_t as_count(double value) {
  constexpr double beyond = 18446744073709551616.0;  // 2^64
  if (!(value > 0)) return 0;
  return value >= beyond ? UINT64_MAX : static_cast<std::uint64_t>(value);
}

prometheus::ClientMetric::Histogram histogram_of(const Snapshot& snapshot, const Family& family,
                                                 ValueId first) {
  prometheus::ClientMetric::Histogram histogram;
  for (std::size_t i = 0; i < family.edges.size(); ++i) {
    histogram.bucket.push_back({as_count(snapshot.values[first + i]), family.edges[i]});
  }
  const std::size_t count = first + family.edges.size();
  histogram.sample_count = as_count(snapshot.values[count]);
  histogram.sample_sum = snapshot.values[count + 1];
  return histogram;
}

/// A quantile without a value is left out, so that a rule sees an absent series
/// here and in Prometheus alike; a NaN would read as a healthy number.
prometheus::ClientMetric::Summary summary_of(const Snapshot& snapshot, const Family& family,
                                             ValueId first) {
  prometheus::ClientMetric::Summary summary;
  for (std::size_t i = 0; i < family.edges.size(); ++i) {
    if (snapshot.present[first + i] == 0) continue;
    summary.quantile.push_back({family.edges[i], snapshot.values[first + i]});
  }
  const std::size_t count = first + family.edges.size();
  summary.sample_count = as_count(snapshot.values[count]);
  summary.sample_sum = snapshot.values[count + 1];
  return summary;
}

prometheus::ClientMetric metric_of(const Snapshot& snapshot, const Family& family,
                                   const aggregate::Metric& metric) {
  prometheus::ClientMetric result;
  for (const auto& [name, value] : metric.labels) result.label.push_back({name, value});
  const ValueId first = metric.first_value;
  switch (family.kind) {
    case FamilyKind::counter:
      result.counter.value = snapshot.values[first];
      break;
    case FamilyKind::gauge:
      result.gauge.value = snapshot.values[first];
      break;
    case FamilyKind::histogram:
      result.histogram = histogram_of(snapshot, family, first);
      break;
    case FamilyKind::summary:
      result.summary = summary_of(snapshot, family, first);
      break;
  }
  return result;
}

/// The value without which a metric has nothing to show: the only one, or the count.
ValueId decisive_value(const Family& family, const aggregate::Metric& metric) {
  const bool distribution =
      family.kind == FamilyKind::histogram || family.kind == FamilyKind::summary;
  return metric.first_value + static_cast<ValueId>(distribution ? family.edges.size() : 0);
}

/// The serializer writes Nan where the format has NaN. A line that ends so is a
/// sample's, or a HELP that means what it says.
void mend_nan(std::string& page) {
  constexpr std::string_view wrong = " Nan\n";
  for (std::size_t at = page.find(wrong); at != std::string::npos;
       at = page.find(wrong, at + wrong.size())) {
    const std::size_t line = page.rfind('\n', at) + 1;
    if (page[line] != '#') page[at + wrong.rfind('n')] = 'N';
  }
}

bool have_same_labels(const prometheus::ClientMetric& a, const prometheus::ClientMetric& b) {
  return std::is_permutation(a.label.begin(), a.label.end(), b.label.begin(), b.label.end());
}

}  // namespace

std::string escaped_help(const std::string& help) {
  std::string escaped;
  escaped.reserve(help.size());
  for (const char c : help) {
    if (c == '\\') {
      escaped += "\\\\";
    } else if (c == '\n') {
      escaped += "\\n";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

Families to_families(const Snapshot& snapshot) {
  Families families;
  if (snapshot.schema == nullptr) return families;
  for (const Family& family : snapshot.schema->families) {
    if (!family.is_shown) continue;
    prometheus::MetricFamily result{
        family.name, escaped_help(family.help), type_of(family.kind), {}};
    for (const aggregate::Metric& metric : family.metrics) {
      if (snapshot.present[decisive_value(family, metric)] == 0) continue;
      result.metric.push_back(metric_of(snapshot, family, metric));
    }
    if (!result.metric.empty()) families.push_back(std::move(result));
  }
  return families;
}

std::vector<std::string> merge_families(Families& families, Families more) {
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < families.size(); ++i) place.emplace(families[i].name, i);
  std::vector<std::string> refused;
  for (prometheus::MetricFamily& family : more) {
    const auto [found, is_new] = place.emplace(family.name, families.size());
    if (is_new) {
      families.push_back(std::move(family));
      continue;
    }
    prometheus::MetricFamily& there = families[found->second];
    if (there.type != family.type) {
      refused.push_back(family.name);
      continue;
    }
    for (prometheus::ClientMetric& metric : family.metric) {
      const bool stands_there =
          std::any_of(there.metric.begin(), there.metric.end(),
                      [&](const auto& each) { return have_same_labels(each, metric); });
      if (stands_there) {
        refused.push_back(family.name);
      } else {
        there.metric.push_back(std::move(metric));
      }
    }
  }
  return refused;
}

void for_each_sample(const Families& families,
                     const std::function<void(aggregate::Labels labels, double value)>& take) {
  for (const prometheus::MetricFamily& family : families) {
    for (const prometheus::ClientMetric& metric : family.metric) {
      const auto line = [&](const char* suffix, double value, const char* name = nullptr,
                            const std::string& text = {}) {
        aggregate::Labels labels{{"__name__", family.name + suffix}};
        for (const auto& label : metric.label) labels.emplace_back(label.name, label.value);
        if (name != nullptr) labels.emplace_back(name, text);
        take(std::move(labels), value);
      };
      if (family.type == prometheus::MetricType::Histogram) {
        const auto count = static_cast<double>(metric.histogram.sample_count);
        for (const auto& bucket : metric.histogram.bucket)
          line("_bucket", static_cast<double>(bucket.cumulative_count), "le",
               aggregate::edge_text(bucket.upper_bound));
        line("_bucket", count, "le", "+Inf");
        line("_count", count);
        line("_sum", metric.histogram.sample_sum);
      } else {
        const bool is_counter = family.type == prometheus::MetricType::Counter;
        line("", is_counter ? metric.counter.value : metric.gauge.value);
      }
    }
  }
}

std::string to_text(const Families& families) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  prometheus::TextSerializer{}.Serialize(text, families);
  std::string page = std::move(text).str();
  mend_nan(page);
  return page;
}

}  // namespace outrider::outputs
