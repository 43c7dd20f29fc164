// SPDX-License-Identifier: Apache-2.0
#include "rules/yaml_text.hpp"

#include <algorithm>

namespace outrider::rules {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::size_t offset_of(std::string_view file, const YAML::Mark& mark) {
  std::size_t line_start = 0;
  for (int line = 0; line < mark.line; ++line) {
    const std::size_t newline = file.find('\n', line_start);
    if (newline == file.npos) return file.size();
    line_start = newline + 1;
  }
  return std::min(line_start + static_cast<std::size_t>(mark.column), file.size());
}

/// Where the first character of a scalar's value can be.
std::size_t content_start(std::string_view file, std::size_t start) {
  if (start >= file.size()) return file.size();
  const char style = file[start];
  if (style == '"' || style == '\'') return start + 1;
  if (style != '|' && style != '>') return start;
  const std::size_t newline = file.find('\n', start);
  return newline == file.npos ? file.size() : newline + 1;
}

}  // namespace

promql::Location locate_in_scalar(std::string_view file, const YAML::Mark& mark,
                                  std::string_view value, std::size_t offset) {
  std::size_t at = content_start(file, offset_of(file, mark));
  std::size_t after_last = at;
  for (std::size_t i = 0; i < std::min(offset + 1, value.size()); ++i) {
    if (is_blank(value[i])) continue;
    // Indentation, folds and the backslash of an escape are in the file only.
    while (at < file.size() && file[at] != value[i]) ++at;
    if (i == offset) return promql::locate(file, at);
    after_last = std::min(++at, file.size());
  }
  return promql::locate(file, after_last);
}

}  // namespace outrider::rules
