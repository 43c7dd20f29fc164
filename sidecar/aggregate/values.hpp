// SPDX-License-Identifier: Apache-2.0
// Every value there is, numbered: the traders' series, their rolling windows,
// and the sidecar's own. Built on the discovery thread when a series appears;
// read on the guard thread, straight from cells and totals, when a rule or a
// scrape asks.
#pragma once

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "aggregate/histogram.hpp"
#include "aggregate/outside.hpp"
#include "aggregate/schema.hpp"

namespace outrider::aggregate {

/// The histograms of one producer, by Row::index. Stable: outlives every schema.
class HistogramSet {
 public:
  /// Discovery thread: adds what rows have appeared.
  void extend(const drain::Checkpoint& checkpoint, nanoseconds now);

  [[nodiscard]] Histogram* find(const drain::Row& row) const noexcept {
    return row.index < by_row_.size() ? by_row_[row.index] : nullptr;
  }
  [[nodiscard]] const std::vector<Histogram*>& by_row() const noexcept { return by_row_; }

 private:
  std::vector<std::unique_ptr<Histogram>> owned_;
  std::vector<Histogram*> by_row_;
};

/// What a value is computed from.
struct ValueRef {
  enum class Kind : std::uint8_t {
    own,  ///< one of the sidecar's own
    counter,
    carried_counter,  ///< of a series that the living generation does not have
    up_down,
    gauge_f64,
    gauge_i64,
    bucket,
    count,
    sum,
    rolling_quantile,
    rolling_count,
    rolling_sum,
    rolling_maximum,
    outside,
  };
  Kind kind = Kind::own;
  std::uint8_t window = 0;
  std::uint16_t edge = 0;   ///< bound or quantile
  std::uint32_t index = 0;  ///< within `outside`
  const drain::Drainer* drainer = nullptr;
  const drain::BoundSeries* series = nullptr;
  const drain::Row* row = nullptr;
  const Histogram* histogram = nullptr;
  const double* own = nullptr;
  const OutsideSeries* outside = nullptr;
};

class Values final : public ValueSource {
 public:
  [[nodiscard]] const std::shared_ptr<const Schema>& schema() const noexcept { return schema_; }
  bool read(ValueId id, double& value) const noexcept override;

  /// Guard: the newest values from outside, for all that is read from now on.
  void take_outside() noexcept;

  /// Copies all values; `snapshot` was sized by `prepare`. Does not allocate. Counts
  /// each producer's gauges that are no numbers.
  void copy_to(Snapshot& snapshot) const noexcept;
  [[nodiscard]] Snapshot prepare() const;

 private:
  friend class ValuesBuilder;
  void count_not_finite(const drain::Drainer* drainer) const noexcept;

  std::shared_ptr<const Schema> schema_;
  std::vector<ValueRef> refs_;
  std::deque<double> own_;
  std::vector<std::pair<const drain::Drainer*, double*>> not_finite_;  ///< where to count
  std::vector<std::shared_ptr<const drain::Binding>> keep_alive_;
  std::vector<std::shared_ptr<OutsideSeries>> outside_;
};

}  // namespace outrider::aggregate
