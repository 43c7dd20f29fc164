// SPDX-License-Identifier: Apache-2.0
#include "rule_series.hpp"

#include <map>
#include <string>

#include "as_double.hpp"

namespace outrider {

using aggregate::FamilyKind;

namespace {

/// Empty where the rule has none.
std::string severity_of(const rules::AlertRule& rule) {
  for (const auto& [label, text] : rule.labels) {
    if (label == "severity") return text.text();
  }
  return {};
}

}  // namespace

void RuleSeries::add(aggregate::ValuesBuilder& builder, const rules::RuleSet& rules) {
  const auto single = [&](const aggregate::Declaration& declared, const aggregate::Labels& labels) {
    return builder.add_own(declared, labels).front();
  };
  evaluations_ =
      single({"outrider_rule_evaluations_total", "Evaluations of rules.", FamilyKind::counter}, {});
  failures_ = single({"outrider_rule_evaluation_failures_total",
                      "Evaluations of rules that failed.", FamilyKind::counter},
                     {});
  std::map<std::string, double*> by_name;
  std::map<std::string, AlertCells> by_severity;
  for (const auto& group : rules.groups) {
    for (const auto& rule : group.rules) {
      double*& no_data = by_name[rule.name];
      if (no_data == nullptr)
        no_data = single(
            {"outrider_rule_no_data",
             "Whether the alert has no series to judge, which is not health.", FamilyKind::gauge},
            {{"alert", rule.name}});
      no_data_.push_back(no_data);
      const std::string severity = severity_of(rule);
      AlertCells& cells = by_severity[severity];
      if (cells.fired == nullptr) {
        const auto active = [&](const char* state) {
          return single(
              {"outrider_alerts", "Alerts that wait or fire, by the severity of their rule.",
               FamilyKind::gauge},
              {{"severity", severity}, {"state", state}});
        };
        cells.pending = active("pending");
        cells.firing = active("firing");
        cells.fired = single(
            {"outrider_alerts_fired_total", "Alerts that began to fire.", FamilyKind::counter},
            {{"severity", severity}});
      }
      alerts_.push_back(cells);
    }
  }
}

void RuleSeries::refresh(const rules::Plan& plan) const noexcept {
  std::uint64_t evaluations = 0;
  std::uint64_t failures = 0;
  for (double* cell : no_data_) *cell = 0;
  for (const AlertCells& cells : alerts_) *cells.pending = *cells.firing = *cells.fired = 0;
  for (std::size_t i = 0; i < plan.rules().size() && i < no_data_.size(); ++i) {
    const rules::RuleStatus& status = plan.rules()[i].status();
    evaluations += status.evaluations;
    failures += status.failures;
    if (status.no_data) *no_data_[i] = 1;
    *alerts_[i].pending += as_double(status.pending);
    *alerts_[i].firing += as_double(status.firing);
    *alerts_[i].fired += as_double(status.fired);
  }
  for (const rules::BoundRecording& recording : plan.recordings()) {
    evaluations += recording.status().evaluations;
    failures += recording.status().failures;
  }
  *evaluations_ = as_double(evaluations);
  *failures_ = as_double(failures);
}

}  // namespace outrider
