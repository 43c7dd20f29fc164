// SPDX-License-Identifier: Apache-2.0
#include "promql/number_literal.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <system_error>

namespace outrider::promql {

namespace {

std::optional<double> parse_integer(std::string_view text) {
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const bool hex = text[1] == 'x' || text[1] == 'X';
    base = hex ? 16 : 8;
    text.remove_prefix(hex ? 2 : 1);
  }
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return static_cast<double>(value);
}

}  // namespace

std::optional<double> parse_float(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ptr != text.data() + text.size()) return std::nullopt;
  if (read.ec == std::errc{}) return value;
  return std::nullopt;
}

std::optional<double> parse_number(std::string_view text) {
  if (const auto integer = parse_integer(text)) return integer;
  return parse_float(text);
}

}  // namespace outrider::promql
