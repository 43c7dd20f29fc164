// SPDX-License-Identifier: Apache-2.0
// Where values enter an expression: selectors, with and without an offset, range
// functions on the history of the selected series, and absent().
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <set>
#include <utility>

#include "promql/nodes.hpp"
#include "promql/range_functions.hpp"

namespace outrider::promql {

namespace {

/// A reading that decides nothing: which comparison it fails or meets is chance.
void note(double value, Evaluation& evaluation) noexcept {
  if (!std::isfinite(value)) [[unlikely]]
    evaluation.met_no_number = true;
}

class Selector : public VectorNode {
 public:
  Selector(const VectorSelector& selector, const BindContext& context)
      : recordings_{context.series.recordings(selector.matchers)} {
    std::vector<Labels> labels;
    std::vector<bool> blind;
    for (const aggregate::Series* series : context.series.select(selector.matchers)) {
      labels.push_back(series->labels);
      ids_.push_back(series->value);
      blind.push_back(context.series.is_blind(*series));
    }
    set_slots(std::move(labels));
    for (std::size_t slot = 0; slot < size(); ++slot) {
      if (!blind[slot]) continue;
      set_blind(slot);
      if (context.unserved != nullptr) ++*context.unserved;
    }
  }

  void evaluate(Evaluation& evaluation) noexcept override {
    for (std::size_t slot = 0; slot < ids_.size(); ++slot) {
      double value = 0;
      if (evaluation.source.read(ids_[slot], value)) {
        set(slot, value);
        note(value, evaluation);
      } else {
        clear(slot);
      }
    }
    check_duplicates(evaluation);  // what is recorded may already be there
  }

  /// A rule that recorded nothing, and could tell, has answered.
  bool has_data() const noexcept override {
    if (any_present()) return true;
    return !recordings_.empty() &&
           std::all_of(recordings_.begin(), recordings_.end(),
                       [](const auto& recorded) { return recorded->has_data; });
  }

 private:
  std::vector<aggregate::ValueId> ids_;
  std::vector<std::shared_ptr<const Recorded>> recordings_;
};

/// A series and its past.
struct WatchedSeries {
  aggregate::ValueId id = 0;
  std::shared_ptr<History> history;  ///< null: there was no room for one
};

/// What a selector selects, with a ring for each that reaches `back`.
class Watch {
 public:
  Watch(const VectorSelector& selector, std::chrono::nanoseconds back, const BindContext& context) {
    for (const aggregate::Series* found : context.series.select(selector.matchers)) {
      // What cannot be judged now cannot be judged later.
      auto history = context.series.is_blind(*found)
                         ? nullptr
                         : context.histories.find_or_create(context.scope, found->labels, back,
                                                            context.interval);
      series.push_back({found->value, std::move(history)});
      labels.push_back(found->labels);
      if (series.back().history == nullptr && context.unserved != nullptr) ++*context.unserved;
    }
  }

  std::vector<WatchedSeries> series;
  std::vector<Labels> labels;
};

class RangeFunction : public VectorNode {
 public:
  RangeFunction(FunctionKind kind, const MatrixSelector& matrix, ScalarNodePtr parameter,
                const BindContext& context)
      : kind_{kind},
        range_{matrix.range},
        offset_{matrix.selector.shift.offset},
        parameter_{std::move(parameter)} {
    Watch watch{matrix.selector, range_ + offset_, context};
    // Like `offset` it shows a value of the series as it was, and not a new one.
    if (kind != FunctionKind::last_over_time) {
      for (Labels& labels : watch.labels) labels = drop_name(labels);
    }
    series_ = std::move(watch.series);
    set_slots(std::move(watch.labels));
    std::size_t most_samples = 0;
    for (std::size_t slot = 0; slot < series_.size(); ++slot) {
      if (series_[slot].history == nullptr) {
        set_blind(slot);
      } else {
        most_samples = std::max(most_samples, series_[slot].history->capacity());
      }
    }
    if (parameter_ == nullptr) return;
    scratch_.resize(most_samples);
    if (parameter_->is_blind()) set_all_blind();
  }

  void evaluate(Evaluation& evaluation) noexcept override {
    const double quantile = parameter_ != nullptr ? parameter_->evaluate(evaluation) : 0;
    for (std::size_t slot = 0; slot < series_.size(); ++slot) {
      if (series_[slot].history == nullptr) continue;
      History& history = *series_[slot].history;
      double value = 0;
      if (evaluation.source.read(series_[slot].id, value)) history.push(evaluation.now, value);
      history.forget_before(evaluation.now);
      const RangeWindow window{history, evaluation.now - offset_, range_};
      if (apply_range_function(kind_, window, {quantile, scratch_}, value)) {
        set(slot, value);
        note(value, evaluation);
      } else {
        clear(slot);
      }
    }
    check_duplicates(evaluation);
  }

  bool has_data() const noexcept override { return any_present(); }

 private:
  FunctionKind kind_;
  std::chrono::nanoseconds range_;
  std::chrono::nanoseconds offset_;
  ScalarNodePtr parameter_;
  std::vector<WatchedSeries> series_;
  std::vector<double> scratch_;  ///< of quantile_over_time
};

/// `offset`: the value of a while ago. That a series was absent then must be known
/// too, so absences are kept in its ring, as marks among the values.
class OffsetSelector : public VectorNode {
 public:
  OffsetSelector(const VectorSelector& selector, const BindContext& context)
      : offset_{selector.shift.offset} {
    BindContext marking = context;
    marking.scope += ";absences marked";  // not to be mistaken for a range's ring
    Watch watch{selector, offset_ + lookback, marking};
    series_ = std::move(watch.series);
    set_slots(std::move(watch.labels));
    for (std::size_t slot = 0; slot < series_.size(); ++slot) {
      if (series_[slot].history == nullptr) set_blind(slot);
    }
  }

  void evaluate(Evaluation& evaluation) noexcept override {
    const std::chrono::nanoseconds then = evaluation.now - offset_;
    clear_all();
    for (std::size_t slot = 0; slot < series_.size(); ++slot) {
      if (series_[slot].history == nullptr) continue;
      History& history = *series_[slot].history;
      double value = 0;
      if (!evaluation.source.read(series_[slot].id, value)) value = absence;
      history.push(evaluation.now, value);
      const std::size_t known = history.count_before(then + std::chrono::nanoseconds{1});
      if (known == 0) continue;
      const Sample& sample = history[known - 1];
      if (sample.time <= then - lookback || is_absence(sample.value)) continue;
      set(slot, sample.value);
      note(sample.value, evaluation);
    }
    check_duplicates(evaluation);
  }

  bool has_data() const noexcept override { return any_present(); }

 private:
  /// How long a value stands for the time after it while nobody looks.
  static constexpr std::chrono::nanoseconds lookback = std::chrono::minutes{5};
  /// A NaN that no computation makes.
  static constexpr std::uint64_t absence_bits = 0x7ff0000000000002;
  static constexpr double absence = std::bit_cast<double>(absence_bits);
  static bool is_absence(double value) noexcept {
    return std::bit_cast<std::uint64_t>(value) == absence_bits;
  }

  std::chrono::nanoseconds offset_;
  std::vector<WatchedSeries> series_;
};

/// What absent() can say of a missing series: the labels its selector fixes to
/// one value. A label with two matchers is fixed to none.
Labels absent_labels(const Expr& argument) {
  Labels labels;
  const auto* selector = std::get_if<VectorSelector>(&argument.node);
  if (const auto* matrix = std::get_if<MatrixSelector>(&argument.node))
    selector = &matrix->selector;
  if (!selector) return labels;
  std::set<std::string> seen;
  for (const LabelMatcher& matcher : selector->matchers) {
    if (matcher.label() == metric_name_label) continue;
    const bool fixed = matcher.kind() == MatchKind::equal && seen.insert(matcher.label()).second;
    set_label(labels, matcher.label(), fixed ? matcher.value() : std::string{});
  }
  return labels;
}

class Absent : public VectorNode {
 public:
  Absent(const Expr& argument, VectorNodePtr operand) : operand_{std::move(operand)} {
    set_slots({absent_labels(argument)});
    if (operand_->any_blind()) set_blind(0);
  }

  void evaluate(Evaluation& evaluation) noexcept override {
    const bool met_no_number = evaluation.met_no_number;
    operand_->evaluate(evaluation);
    evaluation.met_no_number = met_no_number;  // NaN is there, which is all that is asked
    if (operand_->any_present()) {
      clear(0);
    } else {
      set(0, 1);
    }
  }

  /// Missing series are what it asks about.
  bool has_data() const noexcept override { return true; }

 private:
  VectorNodePtr operand_;
};

}  // namespace

VectorNodePtr make_selector(const VectorSelector& selector, const BindContext& context) {
  if (selector.shift.offset.count() == 0) return std::make_unique<Selector>(selector, context);
  return std::make_unique<OffsetSelector>(selector, context);
}

VectorNodePtr make_range_function(FunctionKind kind, const MatrixSelector& matrix,
                                  ScalarNodePtr parameter, const BindContext& context) {
  return std::make_unique<RangeFunction>(kind, matrix, std::move(parameter), context);
}

VectorNodePtr make_absent(const Expr& argument, VectorNodePtr operand) {
  return std::make_unique<Absent>(argument, std::move(operand));
}

}  // namespace outrider::promql
