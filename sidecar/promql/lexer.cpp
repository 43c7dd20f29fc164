// SPDX-License-Identifier: Apache-2.0
#include "promql/lexer.hpp"

#include <array>
#include <utility>

#include "promql/duration.hpp"
#include "promql/string_literal.hpp"

namespace outrider::promql {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_alnum(char c) {
  return is_alpha(c) || is_digit(c);
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// What a terminal may be shown of it.
std::string shown(char c) {
  if (static_cast<unsigned char>(c) >= 0x80) return "a character outside ASCII";
  if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return "a control character";
  return {'"', c, '"'};
}

constexpr std::array<std::pair<std::string_view, TokenKind>, 24> symbols{{
    {"==", TokenKind::equal_equal},  {"!=", TokenKind::not_equal},
    {"<=", TokenKind::less_equal},   {">=", TokenKind::greater_equal},
    {"=~", TokenKind::match},        {"!~", TokenKind::not_match},
    {"<", TokenKind::less},          {">", TokenKind::greater},
    {"=", TokenKind::equal},         {"+", TokenKind::plus},
    {"-", TokenKind::minus},         {"*", TokenKind::star},
    {"/", TokenKind::slash},         {"%", TokenKind::percent},
    {"^", TokenKind::caret},         {"(", TokenKind::left_paren},
    {")", TokenKind::right_paren},   {"{", TokenKind::left_brace},
    {"}", TokenKind::right_brace},   {"[", TokenKind::left_bracket},
    {"]", TokenKind::right_bracket}, {",", TokenKind::comma},
    {":", TokenKind::colon},         {"@", TokenKind::at},
}};

class Lexer {
 public:
  Lexer(std::string_view text, Problem& problem) : text_{text}, problem_{problem} {}

  bool run(std::vector<Token>& tokens) {
    for (skip_blank(); pos_ < text_.size(); skip_blank()) {
      Token token;
      token.offset = pos_;
      if (!next(token)) return false;
      // Inside brackets a colon parts a subquery's range from its step; outside
      // it belongs to a recording rule's name.
      if (token.kind == TokenKind::left_bracket) in_brackets_ = true;
      if (token.kind == TokenKind::right_bracket) in_brackets_ = false;
      tokens.push_back(std::move(token));
    }
    tokens.push_back({TokenKind::end, text_.size(), {}});
    return true;
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return pos_ + ahead < text_.size() ? text_[pos_ + ahead] : '\0';
  }

  void skip_blank() {
    while (pos_ < text_.size()) {
      const char c = text_[pos_];
      if (c == '#') {
        while (pos_ < text_.size() && text_[pos_] != '\n') ++pos_;
      } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        ++pos_;
      } else {
        return;
      }
    }
  }

  bool next(Token& token) {
    const char c = peek();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number_or_duration(token);
    if (is_alpha(c) || (c == ':' && !in_brackets_)) return word(token);
    if (c == '"' || c == '\'' || c == '`') return string(token);
    for (const auto& [spelling, kind] : symbols) {
      if (text_.substr(pos_, spelling.size()) != spelling) continue;
      token.kind = kind;
      token.text = spelling;
      pos_ += spelling.size();
      return true;
    }
    return fail(pos_, "found " + shown(c) + "; needed a character of PromQL; remove it");
  }

  bool word(Token& token) {
    const std::size_t start = pos_;
    while (is_alnum(peek()) || (peek() == ':' && !in_brackets_)) ++pos_;
    token.kind = TokenKind::word;
    token.text = text_.substr(start, pos_ - start);
    return true;
  }

  /// Moves past what may be a number; false when letters follow it.
  bool scan_number() {
    const bool hex = peek() == '0' && (peek(1) == 'x' || peek(1) == 'X');
    if (hex) pos_ += 2;
    const auto digit = [&] { return hex ? is_hex(peek()) : is_digit(peek()); };
    while (digit()) ++pos_;
    if (peek() == '.') ++pos_;
    while (digit()) ++pos_;
    if (peek() == 'e' || peek() == 'E') {
      ++pos_;
      if (peek() == '+' || peek() == '-') ++pos_;
      while (is_digit(peek())) ++pos_;
    }
    return !is_alnum(peek());
  }

  bool number_or_duration(Token& token) {
    const std::size_t start = pos_;
    token.kind = TokenKind::number;
    if (!scan_number()) {
      token.kind = TokenKind::duration;
      pos_ = start;
      while (is_alnum(peek())) ++pos_;
    }
    token.text = text_.substr(start, pos_ - start);
    if (token.kind == TokenKind::duration && !parse_duration(token.text)) {
      return fail(start, "found \"" + token.text + "\"; needed a number, or a duration such as 5m");
    }
    return true;
  }

  bool string(Token& token) {
    std::size_t size = 0;
    token.kind = TokenKind::string;
    std::string reason;
    if (!read_string(text_.substr(pos_), size, token.text, reason)) {
      return fail(pos_ + size, std::move(reason));
    }
    pos_ += size;
    return true;
  }

  bool fail(std::size_t offset, std::string reason) {
    problem_ = {offset, std::move(reason)};
    return false;
  }

  std::string_view text_;
  Problem& problem_;
  std::size_t pos_ = 0;
  bool in_brackets_ = false;
};

}  // namespace

std::optional<std::vector<Token>> lex(std::string_view text, Problem& problem) {
  std::vector<Token> tokens;
  if (!Lexer{text, problem}.run(tokens)) return std::nullopt;
  return tokens;
}

std::string describe(const Token& token) {
  if (token.kind == TokenKind::end) return "the end of the expression";
  if (token.kind == TokenKind::string) return "a string";
  return "\"" + token.text + "\"";
}

}  // namespace outrider::promql
