// SPDX-License-Identifier: Apache-2.0
// Rules whose value cannot be what they are read as.
#pragma once

#include <vector>

#include "rules/rule_file.hpp"

namespace outrider::rules {

/// A family divided by itself, series by series.
void find_self_division(const promql::Expr& expr, const FileProblem& place,
                        std::vector<FileProblem>& found);

/// A text that prints the value of an equation, which is always the same.
void find_constant_value(const AlertRule& rule, std::vector<FileProblem>& found);

}  // namespace outrider::rules
