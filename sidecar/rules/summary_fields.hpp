// SPDX-License-Identifier: Apache-2.0
// The fields of summaries as recording rules: bound with each plan like any other, so
// that their values are at hand when a summary is due.
#pragma once

#include <string>
#include <vector>

#include "config/summaries.hpp"
#include "rules/rule_file.hpp"

namespace outrider::rules {

/// The series that each field is recorded as, with the labels `summary` and `field`.
inline constexpr const char* summary_series = "outrider_summary_field";
inline constexpr const char* summary_label = "summary";
inline constexpr const char* field_label = "field";

/// What is wrong with their expressions and texts; `file` is the configuration's.
std::vector<FileProblem> check_summary_fields(const std::vector<config::SummaryConfig>& summaries,
                                              const std::string& file);

/// Adds a group of them to rules that are whole, as they are themselves; returns what
/// keeps them from it: circles.
std::vector<FileProblem> add_summary_fields(RuleSet& rules,
                                            const std::vector<config::SummaryConfig>& summaries,
                                            const std::string& file);

}  // namespace outrider::rules
