// SPDX-License-Identifier: Apache-2.0
#include "promql/string_literal.hpp"

#include <charconv>
#include <cstdint>

namespace outrider::promql {

namespace {

void append_utf8(std::uint32_t point, std::string& out) {
  const auto byte = [&](std::uint32_t value) { out += static_cast<char>(value & 0xff); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xc0 | (point >> 6));
    byte(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    byte(0xe0 | (point >> 12));
    byte(0x80 | ((point >> 6) & 0x3f));
    byte(0x80 | (point & 0x3f));
  } else {
    byte(0xf0 | (point >> 18));
    byte(0x80 | ((point >> 12) & 0x3f));
    byte(0x80 | ((point >> 6) & 0x3f));
    byte(0x80 | (point & 0x3f));
  }
}

/// A code of exactly `digits` digits at the start of the text.
bool read_code(std::string_view text, std::size_t digits, int base, std::uint32_t& code) {
  if (digits > text.size()) return false;
  const auto read = std::from_chars(text.data(), text.data() + digits, code, base);
  return read.ec == std::errc{} && read.ptr == text.data() + digits;
}

bool append_code(std::string_view text, std::size_t& at, std::string& out) {
  const char kind = text[at];
  const bool octal = kind >= '0' && kind <= '7';
  const std::size_t start = octal ? at : at + 1;
  const std::size_t digits = octal ? 3 : kind == 'x' ? 2 : kind == 'u' ? 4 : 8;
  std::uint32_t code = 0;
  if (!read_code(text.substr(start), digits, octal ? 8 : 16, code)) return false;
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  if (kind == 'u' || kind == 'U') {
    if (code > 0x10ffff || surrogate) return false;
    append_utf8(code, out);
  } else {
    if (code > 0xff) return false;
    out += static_cast<char>(code);
  }
  at = start + digits;
  return true;
}

/// One escape; `at` points behind the backslash and moves behind the escape.
bool append_escape(std::string_view text, std::size_t& at, char quote, std::string& out) {
  constexpr std::string_view letters = "abfnrtv\\";
  constexpr std::string_view values = "\a\b\f\n\r\t\v\\";
  if (at >= text.size()) return false;
  const char c = text[at];
  if (const std::size_t i = letters.find(c); i != letters.npos) {
    out += values[i];
    ++at;
    return true;
  }
  if (c == quote) {
    out += c;
    ++at;
    return true;
  }
  if (c == 'x' || c == 'u' || c == 'U' || (c >= '0' && c <= '7')) return append_code(text, at, out);
  return false;
}

}  // namespace

bool read_string(std::string_view text, std::size_t& size, std::string& value,
                 std::string& reason) {
  const char quote = text[0];
  for (size = 1; size < text.size();) {
    const char c = text[size];
    if (c == quote) {
      ++size;
      return true;
    }
    if (quote != '`' && c == '\n') break;
    ++size;
    if (quote == '`' || c != '\\') {
      value += c;
      continue;
    }
    const std::size_t escape = size - 1;
    if (append_escape(text, size, quote, value)) continue;
    size = escape;
    reason =
        "found a backslash before what it does not escape; needed \\\\ for a backslash; double it";
    return false;
  }
  size = 0;
  reason = "found a string that does not end; needed its quote at both ends; close it";
  return false;
}

}  // namespace outrider::promql
