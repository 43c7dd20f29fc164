// SPDX-License-Identifier: Apache-2.0
#include "cli/quantity.hpp"

#include <array>
#include <cmath>
#include <cstdio>

#include "outputs/query_answer.hpp"

namespace outrider::cli {
namespace {

std::string three_digits(double number, const char* unit) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.3g%s", number, unit);
  return text.data();
}

}  // namespace

std::string_view kind_word(shm::SeriesKind kind) {
  switch (kind) {
    case shm::SeriesKind::counter:
      return "counter";
    case shm::SeriesKind::up_down:
      return "up_down";
    case shm::SeriesKind::gauge_f64:
    case shm::SeriesKind::gauge_i64:
      return "gauge";
    case shm::SeriesKind::histogram:
      return "histogram";
    case shm::SeriesKind::gate:
      return "gate";
  }
  return "unknown";
}

double in_base_units(const shm::SeriesInfo& info, std::uint64_t kept) {
  return static_cast<double>(kept) * info.scale;
}

std::string seconds_text(double seconds) {
  // Just below a thousand three digits would be rounded up to 1e+03.
  if (seconds < 999.5e-9) return three_digits(seconds * 1e9, "ns");
  if (seconds < 999.5e-6) return three_digits(seconds * 1e6, "us");
  if (seconds < 999.5e-3) return three_digits(seconds * 1e3, "ms");
  return seconds < 999.5 ? three_digits(seconds, "s") : std::to_string(std::llround(seconds)) + "s";
}

std::string quantity_text(const shm::SeriesInfo& info, std::uint64_t kept) {
  const double value = in_base_units(info, kept);
  const bool is_time =
      info.unit == shm::SeriesUnit::ticks || info.unit == shm::SeriesUnit::nanoseconds;
  return is_time ? seconds_text(value) : three_digits(value, "");
}

std::string quantity_text(const shm::SeriesInfo& info, const std::optional<std::uint64_t>& kept) {
  return kept ? quantity_text(info, *kept) : "-";
}

std::string value_text(const SeriesReading& series) {
  if (const auto* count = std::get_if<std::uint64_t>(&series.value)) return std::to_string(*count);
  if (const auto* level = std::get_if<std::int64_t>(&series.value)) return std::to_string(*level);
  const auto* number = std::get_if<double>(&series.value);
  return number == nullptr ? "" : outputs::sample_text(*number);
}

}  // namespace outrider::cli
