// SPDX-License-Identifier: Apache-2.0
#include "promql/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

namespace outrider::promql {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

constexpr std::int64_t second = 1'000'000'000;
constexpr std::array<Unit, 7> units{{{"y", 365 * 24 * 3600 * second},
                                     {"w", 7 * 24 * 3600 * second},
                                     {"d", 24 * 3600 * second},
                                     {"h", 3600 * second},
                                     {"m", 60 * second},
                                     {"s", second},
                                     {"ms", second / 1000}}};

std::string_view take_unit(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && (text[size] < '0' || text[size] > '9')) ++size;
  const std::string_view unit = text.substr(0, size);
  text.remove_prefix(size);
  return unit;
}

/// The unit of that name, looked for from `first` on; past the end if none.
std::size_t find_unit(std::string_view name, std::size_t first) {
  while (first < units.size() && units[first].name != name) ++first;
  return first;
}

}  // namespace

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  if (text == "0") return std::chrono::nanoseconds{0};
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    std::int64_t amount = 0;
    if (text[0] < '0' || text[0] > '9') return std::nullopt;
    const auto number = std::from_chars(text.data(), text.data() + text.size(), amount);
    if (number.ec != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(number.ptr - text.data()));
    const std::size_t unit = find_unit(take_unit(text), next_unit);
    if (unit == units.size()) return std::nullopt;
    const std::int64_t room = std::numeric_limits<std::int64_t>::max() - total;
    if (amount > room / units[unit].nanoseconds) return std::nullopt;
    total += amount * units[unit].nanoseconds;
    next_unit = unit + 1;
  }
  return std::chrono::nanoseconds{total};
}

double seconds_of(std::chrono::nanoseconds duration) noexcept {
  const std::int64_t count = duration.count();
  return static_cast<double>(count / second) + static_cast<double>(count % second) / 1e9;
}

}  // namespace outrider::promql
