// SPDX-License-Identifier: Apache-2.0
// A checked expression bound to the series there are. Binding allocates and is
// done when series appear; evaluating does neither that nor anything that can
// wait. A bound expression is used by one thread at a time.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>

#include "promql/ast.hpp"
#include "promql/history.hpp"
#include "promql/node.hpp"
#include "promql/series_index.hpp"

namespace outrider::promql {

struct BindContext {
  const SeriesIndex& series;
  HistoryRegistry& histories;
  std::string scope;                    ///< whose evaluations sample the histories: the rule group
  std::chrono::nanoseconds interval{};  ///< how often evaluate() is called
  /// Counts the series that found no room for a history; null: nobody wants to know.
  std::size_t* unserved = nullptr;
};

class BoundExpr {
 public:
  explicit BoundExpr(VectorNodePtr root) : root_{std::move(root)} {}

  /// False when PromQL calls it an error (a match that is not one to one, a
  /// label set twice); then error() says which and there is no result.
  /// `wall` is the time of day; `now`, which only grows, is what pasts are kept by.
  bool evaluate(const aggregate::ValueSource& source, std::chrono::nanoseconds now,
                std::chrono::nanoseconds wall) noexcept {
    Evaluation evaluation{source, now, wall};
    root_->evaluate(evaluation);
    error_ = evaluation.error;
    met_no_number_ = evaluation.met_no_number;
    return error_ == nullptr;
  }
  /// For those who have one clock.
  bool evaluate(const aggregate::ValueSource& source, std::chrono::nanoseconds now) noexcept {
    return evaluate(source, now, now);
  }

  /// Every label set that can be in a result, with the metric's name where
  /// PromQL keeps it. Fixed for the life of the object; a label set may appear
  /// twice (`a > 1 or a < 0`), but is never present twice.
  [[nodiscard]] const std::vector<Labels>& labels() const noexcept { return root_->labels(); }
  /// Whether this result, present or not, is made of a series that found no room
  /// for a history: it cannot be judged.
  [[nodiscard]] bool is_blind(std::size_t slot) const noexcept { return root_->is_blind(slot); }
  [[nodiscard]] bool present(std::size_t slot) const noexcept {
    return !error_ && root_->present(slot);
  }
  [[nodiscard]] double value(std::size_t slot) const noexcept { return root_->value(slot); }

  /// Whether an empty result is an answer: see VectorNode::has_data. It is none where
  /// a value was NaN or infinite: PromQL compares it, to NaN always with false.
  [[nodiscard]] bool has_data() const noexcept { return root_->has_data() && !met_no_number_; }
  [[nodiscard]] const char* error() const noexcept { return error_; }

 private:
  VectorNodePtr root_;
  const char* error_ = nullptr;
  bool met_no_number_ = false;
};

/// `expr` comes from parse() and is a scalar or an instant vector; a scalar is
/// one slot without labels.
BoundExpr bind(const Expr& expr, const BindContext& context);

}  // namespace outrider::promql
