// SPDX-License-Identifier: Apache-2.0
// How the text of a setting becomes its value: what the setters of the table share.
#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "config/duration.hpp"

namespace outrider::config {

/// What a setter returns when it has stored the value.
inline constexpr std::string_view accepted{};

inline std::string_view store_text(std::string& field, const std::string& text) {
  if (text.empty()) return "a path";
  field = text;
  return accepted;
}

inline std::string_view store_bool(bool& field, const std::string& text) {
  if (text != "true" && text != "false") return "true or false";
  field = text == "true";
  return accepted;
}

template <class Enum>
struct Named {
  std::string_view name;
  Enum value;
};

template <class Enum, std::size_t size>
bool store_named(Enum& field, const std::string& text, const Named<Enum> (&names)[size]) {
  const auto* found =
      std::find_if(names, names + size, [&](const auto& named) { return named.name == text; });
  if (found == names + size) return false;
  field = found->value;
  return true;
}

struct Range {
  std::chrono::nanoseconds least;
  std::chrono::nanoseconds most;
};

inline bool store_duration(std::chrono::nanoseconds& field, const std::string& text, Range range) {
  const auto duration = parse_duration(text);
  if (!duration || *duration < range.least || *duration > range.most) return false;
  field = *duration;
  return true;
}

template <class Number>
bool store_number(Number& field, const std::string& text, Number least, Number most) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || number < least || number > most) return false;
  field = number;
  return true;
}

}  // namespace outrider::config
