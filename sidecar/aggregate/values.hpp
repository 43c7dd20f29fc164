// SPDX-License-Identifier: Apache-2.0
// Every value there is, numbered: the traders' series, their rolling windows,
// and the sidecar's own. Built on the discovery thread when a series appears;
// read on the guard thread, straight from cells and totals, when a rule or a
// scrape asks.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "aggregate/histogram.hpp"
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
  };
  Kind kind = Kind::own;
  std::uint8_t window = 0;
  std::uint16_t edge = 0;  ///< bound or quantile
  const drain::Drainer* drainer = nullptr;
  const drain::BoundSeries* series = nullptr;
  const drain::Row* row = nullptr;
  const Histogram* histogram = nullptr;
  const double* own = nullptr;
};

class Values final : public ValueSource {
 public:
  [[nodiscard]] const std::shared_ptr<const Schema>& schema() const noexcept { return schema_; }
  bool read(ValueId id, double& value) const noexcept override;

  /// Copies all values; `snapshot` was sized by `prepare`. Does not allocate.
  void copy_to(Snapshot& snapshot) const noexcept;
  [[nodiscard]] Snapshot prepare() const;

 private:
  friend class ValuesBuilder;
  std::shared_ptr<const Schema> schema_;
  std::vector<ValueRef> refs_;
  std::deque<double> own_;
  std::vector<std::shared_ptr<const drain::Binding>> keep_alive_;
};

/// One producer as it goes into a schema.
struct ProducerInput {
  std::string name;
  const drain::Drainer* drainer = nullptr;
  const HistogramSet* histograms = nullptr;
  std::shared_ptr<const drain::Binding> binding;  ///< null: only history is there
};

/// What all metrics of a family have in common.
struct Declaration {
  std::string name;
  std::string help;
  FamilyKind kind = FamilyKind::gauge;
  std::vector<double> edges = {};
};

class ValuesBuilder {
 public:
  /// `producer_label` is the label that tells producers apart; empty: none.
  explicit ValuesBuilder(std::string producer_label) : producer_label_{std::move(producer_label)} {}

  /// Adds a producer's series. What cannot go onto one page with series that are
  /// there already is named in `refusals`, and is left to the rules.
  void add(const ProducerInput& producer, std::vector<std::string>& refusals);

  /// A series of the sidecar's own: the caller writes through the pointers, one for
  /// each value of the metric, on the guard thread, for as long as the Values live.
  std::vector<double*> add_own(const Declaration& declared, Labels labels);

  std::unique_ptr<Values> build();

 private:
  Family* family(const Declaration& declared, std::vector<std::string>* refusals);
  void add_metric(Family* family, Labels labels, const std::vector<ValueRef>& refs);
  void add_histogram(const ProducerInput& producer, const drain::Row& row, const Labels& labels,
                     std::vector<std::string>& refusals);
  /// What a living generation has: series that have a row, and names of those without.
  struct Living {
    std::unordered_map<const drain::Row*, const drain::BoundSeries*> by_row;
    std::unordered_set<std::string> without_row;
  };
  Living add_living(const ProducerInput& producer, std::vector<std::string>& refusals);
  [[nodiscard]] Labels labels_of(const shm::SeriesInfo& info, const std::string& producer) const;

  std::string producer_label_;
  std::unique_ptr<Values> values_ = std::make_unique<Values>();
  std::deque<Family> families_;
  /// What goes onto the page under a name, and whose it was first.
  struct Shown {
    Family* family = nullptr;
    std::string producer;
  };
  std::unordered_map<std::string, Shown> shown_;
  std::map<std::tuple<std::string, FamilyKind, std::vector<double>>, Family*> families_by_kind_;
  std::string adding_;  ///< the producer whose series are being added
};

}  // namespace outrider::aggregate
