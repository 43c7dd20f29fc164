// SPDX-License-Identifier: Apache-2.0
#include "config/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>

#include "config/ascii.hpp"

namespace outrider::config {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

constexpr std::int64_t second = 1'000'000'000;

/// Largest first, which is also the order in which they may be written.
constexpr std::array<Unit, 9> units{{{"y", 365 * 24 * 3600 * second},
                                     {"w", 7 * 24 * 3600 * second},
                                     {"d", 24 * 3600 * second},
                                     {"h", 3600 * second},
                                     {"m", 60 * second},
                                     {"s", second},
                                     {"ms", 1'000'000},
                                     {"us", 1'000},
                                     {"ns", 1}}};

/// Takes one number with its unit off the front of `text`; the number of the
/// unit, or the number of units there are when there is none.
std::size_t take_part(std::string_view& text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || !is_digit(text.front())) return units.size();
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  std::size_t length = 0;
  while (length < text.size() && !is_digit(text[length])) ++length;
  const std::string_view name = text.substr(0, length);
  text.remove_prefix(length);
  std::size_t unit = 0;
  while (unit < units.size() && units[unit].name != name) ++unit;
  return unit;
}

}  // namespace

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  if (text == "0") return std::chrono::nanoseconds{0};
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  std::size_t least_unit = 0;
  while (!text.empty()) {
    std::int64_t number = 0;
    const std::size_t unit = take_part(text, number);
    if (unit < least_unit || unit == units.size()) return std::nullopt;
    std::int64_t part = 0;
    if (__builtin_mul_overflow(number, units[unit].nanoseconds, &part)) return std::nullopt;
    if (__builtin_add_overflow(total, part, &total)) return std::nullopt;
    least_unit = unit + 1;
  }
  return std::chrono::nanoseconds{total};
}

std::string duration_text(std::chrono::nanoseconds duration) {
  std::int64_t rest = duration.count();
  if (rest <= 0) return "0s";
  std::string text;
  for (const Unit& unit : units) {
    if (rest < unit.nanoseconds) continue;
    text += std::to_string(rest / unit.nanoseconds);
    text += unit.name;
    rest %= unit.nanoseconds;
  }
  return text;
}

}  // namespace outrider::config
