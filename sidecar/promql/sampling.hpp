// SPDX-License-Identifier: Apache-2.0
// Whether the past that an expression asks for can be kept finely enough for its
// answer to be the one asked for. A ring holds so many samples; beyond that it
// keeps fewer, which most functions stand and some do not.
#pragma once

#include <chrono>
#include <vector>

#include "promql/ast.hpp"
#include "promql/problem.hpp"

namespace outrider::promql {

/// `interval` is how often the expression is evaluated.
std::vector<Problem> check_sampling(const Expr& expr, std::chrono::nanoseconds interval);

}  // namespace outrider::promql
