// SPDX-License-Identifier: Apache-2.0
// outrider's own series about directives: part of OwnSeries.
#pragma once

#include <array>
#include <set>
#include <vector>

#include "aggregate/values_builder.hpp"
#include "runtime.hpp"

namespace outrider {

/// Directives issued, by kind from the first.
using DirectiveCounts = std::array<std::uint64_t, directive_kinds>;

class DirectiveSeries {
 public:
  /// Discovery thread.
  void add(aggregate::ValuesBuilder& builder, const std::vector<ProducerRuntime*>& producers,
           const std::set<const ProducerRuntime*>& watched);
  /// Guard thread. Does not allocate.
  void refresh(const DirectiveCounts& issued) const noexcept;

 private:
  struct Cells {
    const ProducerRuntime* producer;
    double *pending, *overdue, *refused, *overwritten, *latency;
    double* after_kill;  ///< null: nobody watches, and 0 would say that none flow
  };
  std::vector<Cells> producers_;
  std::array<double*, directive_kinds> issued_{};
};

}  // namespace outrider
