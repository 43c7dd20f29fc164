// SPDX-License-Identifier: Apache-2.0
// Where values enter an expression: selectors, range functions on the history
// of the selected series, and absent().
#include <algorithm>
#include <cmath>
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
  Selector(const VectorSelector& selector, const BindContext& context) {
    std::vector<Labels> labels;
    for (const aggregate::Series* series : context.series.select(selector.matchers)) {
      labels.push_back(series->labels);
      ids_.push_back(series->value);
    }
    set_slots(std::move(labels));
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
  }

  bool has_data() const noexcept override { return any_present(); }

 private:
  std::vector<aggregate::ValueId> ids_;
};

class RangeFunction : public VectorNode {
 public:
  RangeFunction(FunctionKind kind, const MatrixSelector& matrix, const BindContext& context)
      : kind_{kind}, range_{matrix.range} {
    std::vector<Labels> labels;
    for (const aggregate::Series* series : context.series.select(matrix.selector.matchers)) {
      auto history =
          context.histories.find_or_create(context.scope, series->labels, range_, context.interval);
      labels.push_back(drop_name(series->labels));
      sources_.push_back({series->value, std::move(history)});
    }
    set_slots(std::move(labels));
    for (std::size_t slot = 0; slot < sources_.size(); ++slot) {
      if (sources_[slot].history != nullptr) continue;
      set_blind(slot);
      if (context.unserved != nullptr) ++*context.unserved;
    }
  }

  void evaluate(Evaluation& evaluation) noexcept override {
    for (std::size_t slot = 0; slot < sources_.size(); ++slot) {
      if (sources_[slot].history == nullptr) continue;
      History& history = *sources_[slot].history;
      double value = 0;
      if (evaluation.source.read(sources_[slot].id, value)) history.push(evaluation.now, value);
      history.forget_before(evaluation.now);
      if (apply_range_function(kind_, {history, evaluation.now, range_}, value)) {
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
  struct Source {
    aggregate::ValueId id = 0;
    std::shared_ptr<History> history;  ///< null: there was no room for one
  };

  FunctionKind kind_;
  std::chrono::nanoseconds range_;
  std::vector<Source> sources_;
};

/// What absent() can say of a missing series: the labels its selector fixes to
/// one value. A label with two matchers is fixed to none.
Labels absent_labels(const Expr& argument) {
  Labels labels;
  const auto* const selector = std::get_if<VectorSelector>(&argument.node);
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
  return std::make_unique<Selector>(selector, context);
}

VectorNodePtr make_range_function(FunctionKind kind, const MatrixSelector& matrix,
                                  const BindContext& context) {
  return std::make_unique<RangeFunction>(kind, matrix, context);
}

VectorNodePtr make_absent(const Expr& argument, VectorNodePtr operand) {
  return std::make_unique<Absent>(argument, std::move(operand));
}

}  // namespace outrider::promql
