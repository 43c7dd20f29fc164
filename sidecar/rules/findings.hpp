// SPDX-License-Identifier: Apache-2.0
// Rules that are legal, in Prometheus too, and yet cannot mean what they say:
// found without a look at any series, by what the expression itself fixes.
#pragma once

#include <vector>

#include "rules/rule_file.hpp"

namespace outrider::rules {

/// Warnings, each with what to write instead.
std::vector<FileProblem> find_mistakes(const RuleSet& rules);

}  // namespace outrider::rules
