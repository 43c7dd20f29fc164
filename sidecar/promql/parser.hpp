// SPDX-License-Identifier: Apache-2.0
// From text to tree: the whole grammar of PromQL 2.42. What the tree means, and
// whether this version evaluates it, is for check().
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "promql/ast.hpp"
#include "promql/problem.hpp"

namespace outrider::promql {

/// Deepest tree accepted, so that no text can exhaust the stack.
inline constexpr std::size_t depth_limit = 200;

struct ParseResult {
  std::shared_ptr<const Expr> expr;  ///< null when there is a problem
  std::vector<Problem> problems;
};

/// Grammar only; stops at the first problem.
ParseResult parse_grammar(std::string_view text);

/// Grammar, types, and what this version supports; `expr` is fit for bind().
ParseResult parse(std::string_view text);

}  // namespace outrider::promql
