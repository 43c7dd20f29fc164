// SPDX-License-Identifier: Apache-2.0
// The parser's view of the tokens: look, take, expect. The last token is always
// `end`, so looking never runs off the end. Private to the parser.
#pragma once

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "promql/lexer.hpp"

namespace outrider::promql {

/// Thrown and caught within parse_grammar().
struct ParseFailure {
  Problem problem;
};

class TokenStream {
 public:
  explicit TokenStream(std::vector<Token> tokens) : tokens_{std::move(tokens)} {}

  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
  }

  const Token& take() {
    const Token& token = peek();
    if (next_ + 1 < tokens_.size()) ++next_;
    return token;
  }

  bool try_take(TokenKind kind) {
    if (peek().kind != kind) return false;
    take();
    return true;
  }

  const Token& expect(TokenKind kind, std::string_view what) {
    if (peek().kind != kind) fail_expected(what);
    return take();
  }

  /// Keywords are words without regard to case.
  [[nodiscard]] bool is_keyword(std::string_view keyword, std::size_t ahead = 0) const {
    return peek(ahead).kind == TokenKind::word && lower(peek(ahead).text) == keyword;
  }

  bool try_keyword(std::string_view keyword) {
    if (!is_keyword(keyword)) return false;
    take();
    return true;
  }

  static std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
  }

  [[noreturn]] void fail_expected(std::string_view what) const {
    fail(peek().offset, "found " + describe(peek()) + "; needed " + std::string{what});
  }

  [[noreturn]] static void fail(std::size_t offset, std::string reason) {
    throw ParseFailure{{offset, std::move(reason)}};
  }

 private:
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
};

}  // namespace outrider::promql
