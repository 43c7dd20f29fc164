// SPDX-License-Identifier: Apache-2.0
// What is wrong with an expression, and where. Positions are byte offsets into
// the expression's own text; whoever holds the file turns them into lines.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace outrider::promql {

struct Problem {
  std::size_t offset = 0;  ///< bytes from the start of the expression
  std::string reason;      ///< what was found and what is allowed
};

/// A place in a text, counted from 1 as editors do.
struct Location {
  std::size_t line = 1;
  std::size_t column = 1;
};

inline Location locate(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const std::size_t last_newline = before.rfind('\n');
  const auto lines = std::count(before.begin(), before.end(), '\n');
  return {1 + static_cast<std::size_t>(lines),
          last_newline == before.npos ? before.size() + 1 : before.size() - last_newline};
}

}  // namespace outrider::promql
