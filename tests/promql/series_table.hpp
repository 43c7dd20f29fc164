// SPDX-License-Identifier: Apache-2.0
// A table of series for tests: each has labels and a value that may be set,
// changed or taken away. Serves as schema, as series list and as ValueSource.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aggregate/schema.hpp"
#include "promql/bind.hpp"
#include "promql/labels.hpp"
#include "promql/parser.hpp"

namespace outrider::test {

using aggregate::Labels;

class SeriesTable : public aggregate::ValueSource {
 public:
  /// Labels without `__name__`; returns the number of the series.
  std::size_t add(const std::string& name, Labels labels = {},
                  std::optional<double> value = std::nullopt) {
    labels.emplace_back("__name__", name);
    series_.push_back(
        {promql::normalized(std::move(labels)), static_cast<aggregate::ValueId>(values_.size())});
    values_.push_back(value);
    return values_.size() - 1;
  }

  void set(std::size_t series, std::optional<double> value) { values_[series] = value; }

  bool read(aggregate::ValueId id, double& value) const noexcept override {
    if (id >= values_.size() || !values_[id]) return false;
    value = *values_[id];
    return true;
  }

  [[nodiscard]] const std::vector<aggregate::Series>& series() const { return series_; }

  /// Every series as a gauge of its own family.
  [[nodiscard]] aggregate::Schema schema() const {
    aggregate::Schema schema;
    schema.value_count = values_.size();
    for (const aggregate::Series& one : series_) {
      aggregate::Family family;
      family.name = promql::label_value(one.labels, "__name__");
      family.metrics.push_back({promql::drop_name(one.labels), one.value});
      schema.families.push_back(std::move(family));
    }
    return schema;
  }

 private:
  std::vector<aggregate::Series> series_;
  std::vector<std::optional<double>> values_;
};

}  // namespace outrider::test
