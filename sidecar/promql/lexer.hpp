// SPDX-License-Identifier: Apache-2.0
// An expression as words. Knows PromQL's spelling and nothing of its grammar:
// keywords are words here, because most of them may also name a metric.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "promql/problem.hpp"

namespace outrider::promql {

enum class TokenKind {
  end,
  number,
  duration,
  string,
  word,
  plus,
  minus,
  star,
  slash,
  percent,
  caret,
  equal_equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  match,
  not_match,
  left_paren,
  right_paren,
  left_brace,
  right_brace,
  left_bracket,
  right_bracket,
  comma,
  colon,
  at,
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::size_t offset = 0;
  std::string text;  ///< as written; of a string, its value with escapes resolved
};

/// Every token and one of kind `end` after them; or the first thing that is no
/// token, in `problem`.
std::optional<std::vector<Token>> lex(std::string_view text, Problem& problem);

/// How a message names a token: `"foo"` in quotes, or "the end".
std::string describe(const Token& token);

}  // namespace outrider::promql
