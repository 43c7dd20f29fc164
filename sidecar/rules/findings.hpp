// SPDX-License-Identifier: Apache-2.0
// Rules that are legal, in Prometheus too, and yet cannot mean what they say:
// found without a look at any series, by what the expression itself fixes and, where
// somebody lists them, by the metrics that there are.
#pragma once

#include <vector>

#include "rules/metric_catalogue.hpp"
#include "rules/rule_file.hpp"

namespace outrider::rules {

/// Warnings, each with what to write instead.
std::vector<FileProblem> find_mistakes(const RuleSet& rules, const MetricCatalogue& metrics = {});

/// The part of them that only the catalogue shows: names, values, types, buckets.
void find_unknown_series(const RuleSet& rules, const MetricCatalogue& metrics,
                         std::vector<FileProblem>& found);

}  // namespace outrider::rules
