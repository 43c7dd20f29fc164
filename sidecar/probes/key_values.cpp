// SPDX-License-Identifier: Apache-2.0
#include "probes/key_values.hpp"

#include <algorithm>
#include <optional>

namespace outrider::probes {

namespace {

constexpr std::string_view blanks = " \t\r";

bool is_name(std::string_view text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && letter(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

/// As a shell takes a word apart: up to a blank, `;` or `#` outside of quotes.
std::string unquoted(std::string_view word) {
  std::string value;
  char quote = 0;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    const bool escapes =
        c == '\\' && quote != '\'' && i + 1 < word.size() &&
        (quote == 0 || std::string_view{"\"\\$`"}.find(word[i + 1]) != std::string_view::npos);
    if (escapes) {
      value += word[++i];
    } else if (quote == 0 ? c == '"' || c == '\'' : c == quote) {
      quote = quote == 0 ? c : '\0';
    } else if (quote == 0 && (blanks.find(c) != std::string_view::npos || c == ';')) {
      break;
    } else {
      value += c;
    }
  }
  return value;
}

struct Assignment {
  std::string_view key;
  std::string_view word;
};

std::optional<Assignment> assignment_of(std::string_view line) {
  constexpr std::string_view exported = "export ";
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  if (line.starts_with(exported)) line.remove_prefix(exported.size());
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos || !is_name(line.substr(0, equals))) return std::nullopt;
  return Assignment{line.substr(0, equals), line.substr(equals + 1)};
}

/// Calls `see` with each line, without its end.
template <class See>
void for_each_line(std::string_view text, const See& see) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    see(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

std::map<std::string, std::string> parse_key_values(std::string_view text) {
  std::map<std::string, std::string> values;
  for_each_line(text, [&](std::string_view line) {
    if (const auto found = assignment_of(line))
      values[std::string{found->key}] = unquoted(found->word);
  });
  return values;
}

std::string with_value(std::string_view text, std::string_view key, std::string_view value) {
  std::size_t count = 0;
  for_each_line(text, [&](std::string_view line) {
    const auto found = assignment_of(line);
    if (found && found->key == key) ++count;
  });
  const std::string ours = std::string{key} + "=\"" + std::string{value} + "\"\n";
  std::string result;
  std::size_t seen = 0;
  for_each_line(text, [&](std::string_view line) {
    const auto found = assignment_of(line);
    const bool is_last = found && found->key == key && ++seen == count;
    const bool is_exported = is_last && line.find("export ") < line.find(key);
    result += is_last ? (is_exported ? "export " : "") + ours : std::string{line} + '\n';
  });
  return count == 0 ? result + ours : result;
}

}  // namespace outrider::probes
