// SPDX-License-Identifier: Apache-2.0
// Which rule reads what which recording rule records. Settled when the rules are
// loaded: a recording that is made of itself, over however many others, has no
// value to begin with and is refused.
#pragma once

#include <vector>

#include "rules/rule_file.hpp"
#include "rules/rule_set.hpp"

namespace outrider::rules {

/// Fills in `reads` of every rule and the binding order; returns the circles.
std::vector<FileProblem> link_recordings(RuleSet& rules);

}  // namespace outrider::rules
