// SPDX-License-Identifier: Apache-2.0
// What comes from outside into the table: by the rules that producers' series go by.
#include "aggregate/values_builder.hpp"

namespace outrider::aggregate {

namespace {

/// Who pays for the room of all of them; no producer has such a name.
constexpr const char* all_sources = "all probes";

}  // namespace

void ValuesBuilder::add_outside(const std::shared_ptr<OutsideSeries>& series,
                                std::vector<std::string>& refusals) {
  values_->outside_.push_back(series);
  const ProducerInput source{series->owner(), nullptr, nullptr, nullptr};
  begin(source, series->owner(), refusals);
  payer_ = all_sources;
  std::uint32_t next = 0;
  for (const OutsideMetric& metric : series->metrics()) {
    std::vector<ValueRef> refs;
    for (std::size_t i = 0; i < value_count(metric.declared); ++i)
      refs.push_back({.kind = ValueRef::Kind::outside, .index = next++, .outside = series.get()});
    if (metric.is_own) {
      add_metric(family(metric.declared, true), metric.labels, refs);
    } else {
      Placing placing{metric.labels};
      place(metric.declared, placing, refs);
      end_series(placing);
    }
  }
  producer_ = nullptr;
}

}  // namespace outrider::aggregate
