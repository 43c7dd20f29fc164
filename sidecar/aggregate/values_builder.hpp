// SPDX-License-Identifier: Apache-2.0
// Many producers' series into one table of values. On a page a name has one kind,
// one unit and one set of bounds, and a sample stands once: whoever is added first
// keeps it. What differs stays off the page and is told apart for the rules.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "aggregate/allowance.hpp"
#include "aggregate/declaration.hpp"
#include "aggregate/values.hpp"

namespace outrider::aggregate {

/// One producer as it goes into a schema.
struct ProducerInput {
  std::string name;
  const drain::Drainer* drainer = nullptr;
  const HistogramSet* histograms = nullptr;
  std::shared_ptr<const drain::Binding> binding;  ///< null: only history is there
};

/// Of one producer: what of its series is not as it should be.
struct Shortfall {
  std::size_t hidden = 0;  ///< series that are not on the page, or not all of them
  /// Names of samples that rules do not see, or see with a label more than the
  /// producer meant: what they say of it need not be the truth.
  std::set<std::string> uncertain;
};

class ValuesBuilder {
 public:
  /// Values of all producers together, and of one: what a plan may cost.
  static constexpr AllowanceLimits value_limits{512, 65'536, 131'072};

  /// `producer_label` is the label that tells producers apart; empty: none.
  explicit ValuesBuilder(std::string producer_label) : producer_label_{std::move(producer_label)} {}

  /// Adds a producer's series, those that live in the order in which it registered
  /// them. What is not on the page is named in `refusals`, once for each family.
  void add(const ProducerInput& producer, std::vector<std::string>& refusals);

  /// Adds what comes from outside, after the producers: they keep their names and room.
  void add_outside(const std::shared_ptr<OutsideSeries>& series,
                   std::vector<std::string>& refusals);

  /// A series of the sidecar's own: the caller writes through the pointers, one for
  /// each value of the metric, on the guard thread, for as long as the Values live.
  std::vector<double*> add_own(const Declaration& declared, Labels labels);

  /// Counts into `cell`, at each copy, the gauges of a producer that are no numbers.
  void count_not_finite(const drain::Drainer& drainer, double* cell) {
    values_->not_finite_.emplace_back(&drainer, cell);
  }

  /// A counter, and whose it is.
  struct Counted {
    std::string producer;
    ValueId value = 0;
    const Labels* labels = nullptr;  ///< for as long as nothing is added
  };
  /// Those of a name that have the producers' label; without such a label none.
  [[nodiscard]] std::vector<Counted> counters(const std::string& name) const;

  /// By producer; those with none are not in it.
  [[nodiscard]] const std::map<std::string, Shortfall>& shortfalls() const { return shortfalls_; }

  std::unique_ptr<Values> build();

 private:
  /// Who has a name on the page, and as what.
  struct Holder {
    Declaration declared;
    std::string source;
  };
  /// One series while it is added.
  struct Placing {
    Labels labels;
    bool is_shown = true;
  };

  void begin(const ProducerInput& producer, const std::string& source,
             std::vector<std::string>& refusals);
  void add_living(const drain::BoundSeries& series);
  void add_history(const drain::Row& row);
  void add_row(const drain::Row& row, const drain::BoundSeries* series);
  void add_histogram(const drain::Row& row, Placing& placing);
  void place(const Declaration& declared, Placing& placing, const std::vector<ValueRef>& refs);
  void tell_apart(const Declaration& declared, Placing& placing);
  [[nodiscard]] const std::string* holder_of(const Declaration& declared,
                                             const Labels& labels) const;
  Family& family(const Declaration& declared, bool is_shown);
  [[nodiscard]] const Holder* holder_of_name(const Declaration& declared) const;
  void hold_names(const Declaration& declared, Family& family);
  void refuse_name(const Declaration& declared);
  void add_metric(Family& family, Labels labels, const std::vector<ValueRef>& refs);
  void refuse(const std::string& about, const std::string& why);
  [[nodiscard]] Placing placing_of(const shm::SeriesInfo& info) const;
  void end_series(const Placing& placing) {
    if (!placing.is_shown) ++shortfalls_[producer_->name].hidden;
  }

  std::string producer_label_;
  std::unique_ptr<Values> values_ = std::make_unique<Values>();
  std::deque<Family> families_;
  std::map<std::tuple<std::string, FamilyKind, std::vector<double>, std::string, bool>, Family*>
      families_by_kind_;
  std::map<std::string, Holder> holders_;  ///< by name of a sample or a family on the page
  std::unordered_map<std::string, const std::string*> samples_;  ///< and whose they are
  Allowance room_{value_limits};
  std::map<std::string, Shortfall> shortfalls_;
  std::deque<std::string> sources_;  ///< "producer oms"; `samples_` points here

  // Of the producer that is being added.
  const ProducerInput* producer_ = nullptr;
  std::string payer_;  ///< whose share of the room it takes
  std::vector<std::string>* refusals_ = nullptr;
  std::set<std::string> said_;  ///< about what
  std::unordered_set<const drain::Row*> rows_done_;
  std::unordered_set<std::string> living_;  ///< by text()
};

}  // namespace outrider::aggregate
