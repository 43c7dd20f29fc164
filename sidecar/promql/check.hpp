// SPDX-License-Identifier: Apache-2.0
// Whether a tree makes sense (types) and whether this version evaluates it.
// Reports everything it finds, not the first.
#pragma once

#include <vector>

#include "promql/ast.hpp"
#include "promql/problem.hpp"

namespace outrider::promql {

std::vector<Problem> check(const Expr& expr);

}  // namespace outrider::promql
