// SPDX-License-Identifier: Apache-2.0
// outrider's own series about rules and their alerts: part of OwnSeries.
#pragma once

#include <vector>

#include "aggregate/values_builder.hpp"
#include "rules/plan.hpp"

namespace outrider {

class RuleSeries {
 public:
  /// Discovery thread.
  void add(aggregate::ValuesBuilder& builder, const rules::RuleSet& rules);
  /// Guard thread. Does not allocate. The plan is bound to the same rule set.
  void refresh(const rules::Plan& plan) const noexcept;

 private:
  /// Of one word for severity, as rules write it; without one, of no word.
  struct AlertCells {
    double *pending = nullptr, *firing = nullptr, *fired = nullptr;
  };

  std::vector<double*> no_data_;    ///< by rule; rules of one name share one
  std::vector<AlertCells> alerts_;  ///< by rule; rules of one severity share them
  double *evaluations_ = nullptr, *failures_ = nullptr;
};

}  // namespace outrider
