// SPDX-License-Identifier: Apache-2.0
#include "dashboards/variables.hpp"

#include <algorithm>
#include <cctype>

namespace outrider::dashboards {

namespace {

bool is_of_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Where the variable that begins at `at` with a dollar sign ends; `at` when none does.
std::size_t end_of_variable(std::string_view text, std::size_t at, std::string& name) {
  const bool has_braces = at + 1 < text.size() && text[at + 1] == '{';
  const std::size_t begin = at + (has_braces ? 2 : 1);
  std::size_t end = begin;
  while (end < text.size() && is_of_name(text[end])) ++end;
  name = text.substr(begin, end - begin);
  if (!has_braces) return end;
  return end < text.size() && text[end] == '}' ? end + 1 : at;
}

}  // namespace

Values sample_values(const std::vector<Variable>& variables) {
  Values values{{"__rate_interval", "1m"}, {"__interval", "15s"}, {"__range", "1h"}};
  for (const Variable& variable : variables) {
    const std::string found = variable.all ? ".+" : "a_name";
    values[variable.name] = variable.values.empty() ? found : variable.values.front();
  }
  return values;
}

Filled fill_in(std::string_view expression, const Values& values) {
  Filled filled;
  for (std::size_t at = 0; at < expression.size();) {
    std::string name;
    const std::size_t end = expression[at] == '$' ? end_of_variable(expression, at, name) : at;
    const auto value = end > at ? values.find(name) : values.end();
    const bool is_variable = value != values.end();
    const std::string part = is_variable ? value->second : std::string{expression[at]};
    filled.text += part;
    filled.from.insert(filled.from.end(), part.size(), at);
    at = is_variable ? end : at + 1;
  }
  filled.from.push_back(expression.size());
  return filled;
}

}  // namespace outrider::dashboards
