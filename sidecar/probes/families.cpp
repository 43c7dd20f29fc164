// SPDX-License-Identifier: Apache-2.0
#include "probes/families.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

namespace outrider::probes {

namespace {

using aggregate::FamilyKind;
using aggregate::Labels;

FamilyKind kind_of(const std::string& type) {
  if (type == "counter") return FamilyKind::counter;
  if (type == "histogram") return FamilyKind::histogram;
  if (type == "summary") return FamilyKind::summary;
  return FamilyKind::gauge;  // what is untyped may go up and down
}

bool is_distribution(FamilyKind kind) {
  return kind == FamilyKind::histogram || kind == FamilyKind::summary;
}

/// The family of a sample, and what its name adds to it.
struct Belonging {
  std::string family;
  std::string_view suffix;
  FamilyKind kind = FamilyKind::gauge;
};

Belonging belonging_of(const Exposition& page, const std::string& name) {
  if (const auto own = page.types.find(name); own != page.types.end())
    return {name, "", kind_of(own->second)};
  for (const std::string_view suffix : {"_bucket", "_count", "_sum", "_total"}) {
    if (!name.ends_with(suffix)) continue;
    const std::string base = name.substr(0, name.size() - suffix.size());
    const auto type = page.types.find(base);
    if (type == page.types.end()) continue;
    const FamilyKind kind = kind_of(type->second);
    if (is_distribution(kind) && suffix != "_total") return {base, suffix, kind};
    // As OpenMetrics declares it.
    if (kind == FamilyKind::counter && suffix == "_total") return {name, "", kind};
  }
  return {name, "", FamilyKind::gauge};
}

/// One histogram or summary while its samples come.
struct Distribution {
  std::map<double, double> edges;  ///< values by bound or quantile
  double count = aggregate::no_value();
  double sum = aggregate::no_value();
};

/// Takes the label out; nothing when it is not there or no number.
std::optional<double> take_edge(Labels& labels, std::string_view name) {
  const auto at = std::find_if(labels.begin(), labels.end(),
                               [&](const auto& label) { return label.first == name; });
  if (at == labels.end()) return std::nullopt;
  std::string_view text = at->second;
  if (text.starts_with('+')) text.remove_prefix(1);
  double edge = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), edge);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  labels.erase(at);
  // NaN has no place in an order.
  return is_number && !std::isnan(edge) ? std::optional{edge} : std::nullopt;
}

Labels with_extra(Labels labels, const Labels& extra) {
  const auto has = [&](const std::string& name) {
    return std::any_of(labels.begin(), labels.end(),
                       [&](const auto& label) { return label.first == name; });
  };
  for (const auto& [name, value] : extra) {
    for (auto& label : labels) {
      if (label.first != name) continue;
      std::string aside = "exported_" + name;
      while (has(aside)) aside.insert(0, "exported_");
      label.first = std::move(aside);
    }
    labels.emplace_back(name, value);
  }
  std::sort(labels.begin(), labels.end());
  return labels;
}

using Key = std::pair<std::string, Labels>;

class Grouping {
 public:
  Grouping(const Exposition& page, const Labels& extra) : page_{page}, extra_{extra} {}

  void add(const Sample& sample, const Belonging& to) {
    Labels labels = sample.labels;
    if (!is_distribution(to.kind)) {
      singles_.try_emplace({to.family, with_extra(std::move(labels), extra_)},
                           std::pair{to.kind, sample.value});
      return;
    }
    const bool is_histogram = to.kind == FamilyKind::histogram;
    const bool is_edge = to.suffix == (is_histogram ? "_bucket" : "");
    const auto edge = is_edge ? take_edge(labels, is_histogram ? "le" : "quantile") : std::nullopt;
    auto& [kind, found] = distributions_[{to.family, with_extra(std::move(labels), extra_)}];
    kind = to.kind;
    if (to.suffix == "_sum") {
      found.sum = sample.value;
    } else if (to.suffix == "_count" || (is_histogram && edge && std::isinf(*edge) && *edge > 0)) {
      found.count = sample.value;
    } else if (edge) {
      found.edges[*edge] = sample.value;
    }
  }

  std::vector<FoundMetric> take() const {
    std::vector<FoundMetric> all;
    for (const auto& [key, what] : singles_)
      all.push_back({{{key.first, help(key.first), what.first}, key.second}, {what.second}});
    for (const auto& [key, what] : distributions_) {
      const auto& [kind, found] = what;
      FoundMetric metric{{{key.first, help(key.first), kind}, key.second}, {}};
      for (const auto& [edge, value] : found.edges) {
        metric.metric.declared.edges.push_back(edge);
        metric.values.push_back(value);
      }
      metric.values.push_back(found.count);
      metric.values.push_back(found.sum);
      all.push_back(std::move(metric));
    }
    return all;
  }

 private:
  [[nodiscard]] std::string help(const std::string& family) const {
    const auto found = page_.helps.find(family);
    return found == page_.helps.end() ? "" : found->second;
  }

  const Exposition& page_;
  const Labels& extra_;
  std::map<Key, std::pair<FamilyKind, double>> singles_;
  std::map<Key, std::pair<FamilyKind, Distribution>> distributions_;
};

}  // namespace

std::vector<FoundMetric> group_samples(const Exposition& page,
                                       const std::function<bool(const std::string&)>& wants,
                                       const Labels& extra) {
  Grouping grouping{page, extra};
  for (const Sample& sample : page.samples) {
    const Belonging to = belonging_of(page, sample.name);
    if (wants(to.family)) grouping.add(sample, to);
  }
  return grouping.take();
}

}  // namespace outrider::probes
