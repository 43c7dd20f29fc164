// SPDX-License-Identifier: Apache-2.0
// Whether an expression asks for series of a name, wherever in it.
#pragma once

#include <string_view>

#include "promql/ast.hpp"

namespace outrider::promql {

/// By the matchers on the name alone: a selector without any selects every name.
bool selects(const Expr& expr, std::string_view name);

}  // namespace outrider::promql
