// SPDX-License-Identifier: Apache-2.0
#include "rules/template_functions.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <initializer_list>
#include <limits>
#include <utility>

namespace outrider::rules {

namespace {

struct Named {
  std::string_view name;
  TemplateFunction function;
};

constexpr std::array<Named, 8> functions{{
    {"humanize", TemplateFunction::humanize},
    {"humanize1024", TemplateFunction::humanize_1024},
    {"humanizeDuration", TemplateFunction::humanize_duration},
    {"humanizePercentage", TemplateFunction::humanize_percentage},
    {"humanizeTimestamp", TemplateFunction::humanize_timestamp},
    {"title", TemplateFunction::title},
    {"toLower", TemplateFunction::to_lower},
    {"toUpper", TemplateFunction::to_upper},
}};

constexpr int digits_shown = 4;

std::string shown(double value) {
  return significant(value, digits_shown);
}

/// Below one: in thousandths, millionths and so on.
std::string with_small_prefix(double value, const std::string& unit) {
  std::string prefix;
  for (const char* const each : {"m", "u", "n", "p", "f", "a", "z", "y"}) {
    if (std::fabs(value) >= 1) break;
    prefix = each;
    value *= 1000;
  }
  return shown(value) + prefix + unit;
}

/// From `step` on: in thousands, millions and so on.
std::string with_large_prefix(double value, double step,
                              std::initializer_list<const char*> prefixes) {
  std::string prefix;
  for (const char* const each : prefixes) {
    if (std::fabs(value) < step) break;
    prefix = each;
    value /= step;
  }
  return shown(value) + prefix;
}

std::string humanize(double value) {
  if (value == 0 || !std::isfinite(value)) return shown(value);
  if (std::fabs(value) < 1) return with_small_prefix(value, "");
  return with_large_prefix(value, 1000, {"k", "M", "G", "T", "P", "E", "Z", "Y"});
}

std::string humanize_1024(double value) {
  if (std::fabs(value) <= 1 || !std::isfinite(value)) return shown(value);
  return with_large_prefix(value, 1024, {"ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"});
}

/// As Go on x86 converts: what does not fit is the least there is.
std::int64_t whole(double value) {
  constexpr double limit = 9223372036854775808.0;  // 2^63
  if (value >= limit || value < -limit) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(value);
}

std::string humanize_duration(double value) {
  if (!std::isfinite(value)) return shown(value);
  if (value == 0) return shown(value) + "s";
  if (std::fabs(value) < 1) return with_small_prefix(value, "s");
  const std::string sign = value < 0 ? "-" : "";
  value = std::fabs(value);
  const std::int64_t duration = whole(value);
  const std::string seconds = std::to_string(duration % 60) + "s";
  const std::string minutes = std::to_string(duration / 60 % 60) + "m " + seconds;
  const std::string hours = std::to_string(duration / 3600 % 24) + "h " + minutes;
  if (const std::int64_t days = duration / 86400; days != 0)
    return sign + std::to_string(days) + "d " + hours;
  if (duration / 3600 % 24 != 0) return sign + hours;
  if (duration / 60 % 60 != 0) return sign + minutes;
  return sign + shown(value) + "s";
}

/// Go's default text of a time, in milliseconds and UTC.
std::string humanize_timestamp(double value) {
  if (!std::isfinite(value)) return shown(value);
  constexpr double limit = 9223372036854775808.0;  // 2^63
  const double nanoseconds = value * 1e9;
  if (nanoseconds >= limit || nanoseconds < -limit) return value_text(value);
  const std::int64_t since = static_cast<std::int64_t>(nanoseconds) / 1'000'000;
  const std::int64_t rest = (since % 1000 + 1000) % 1000;
  const std::time_t seconds = (since - rest) / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text;
  std::string out{text.data(),
                  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts)};
  if (rest != 0) {
    std::snprintf(text.data(), text.size(), ".%03d", static_cast<int>(rest));
    out += text.data();
    out.erase(out.find_last_not_of('0') + 1);
  }
  return out + " +0000 UTC";
}

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
/// Letters, digits, the underscore, and whatever is not ASCII.
bool is_in_word(char c) {
  return upper(c) != lower(c) || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string title(std::string text) {
  bool in_word = false;
  for (char& c : text) {
    if (!in_word) c = upper(c);
    in_word = is_in_word(c);
  }
  return text;
}

template <char (*change)(char)>
std::string changed(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), change);
  return text;
}

std::string of_number(TemplateFunction function, double value) {
  switch (function) {
    case TemplateFunction::humanize:
      return humanize(value);
    case TemplateFunction::humanize_1024:
      return humanize_1024(value);
    case TemplateFunction::humanize_duration:
      return humanize_duration(value);
    case TemplateFunction::humanize_percentage:
      return shown(value * 100) + "%";
    default:
      return humanize_timestamp(value);
  }
}

}  // namespace

const TemplateFunction* find_template_function(std::string_view name) {
  const auto found = std::find_if(functions.begin(), functions.end(),
                                  [&](const Named& each) { return each.name == name; });
  return found == functions.end() ? nullptr : &found->function;
}

bool takes_number(TemplateFunction function) {
  return function <= TemplateFunction::humanize_timestamp;
}

std::string render(TemplateFunction function, const TemplateValue& value) {
  if (takes_number(function)) return of_number(function, std::get<double>(value));
  const std::string& text = std::get<std::string>(value);
  if (function == TemplateFunction::title) return title(text);
  return function == TemplateFunction::to_upper ? changed<upper>(text) : changed<lower>(text);
}

std::string value_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  // Go's %v: the shortest digits that read back the same, with an exponent
  // below 1e-4 and from 1e6 on.
  const double magnitude = std::fabs(value);
  const bool exponent = magnitude != 0 && (magnitude < 1e-4 || magnitude >= 1e6);
  std::array<char, 64> text;
  const auto format = exponent ? std::chars_format::scientific : std::chars_format::fixed;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, format).ptr;
  return {text.data(), end};
}

std::string significant(double value, int digits) {
  if (!std::isfinite(value)) return value_text(value);
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%.*g", digits, value);
  return text.data();
}

}  // namespace outrider::rules
