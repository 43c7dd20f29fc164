// SPDX-License-Identifier: Apache-2.0
#include "cli/table.hpp"

#include <algorithm>

namespace outrider::cli {
namespace {

const char* escape_of(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "\033[32m";
    case Tone::warning:
      return "\033[33m";
    case Tone::bad:
      return "\033[1;31m";
    case Tone::faint:
      return "\033[2m";
    case Tone::plain:
      break;
  }
  return "";
}

}  // namespace

std::string printable(const std::string& text) {
  std::string shown = text;
  std::replace_if(
      shown.begin(), shown.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return shown;
}

std::string coloured(const std::string& text, Tone tone, const Paper& paper) {
  if (!paper.colours || tone == Tone::plain) return text;
  return escape_of(tone) + text + "\033[0m";
}

std::string cut(const std::string& text, std::size_t width) {
  if (text.size() <= width) return text;
  // A byte 10xxxxxx goes on with a character of UTF-8.
  while (width > 0 && (static_cast<unsigned char>(text[width]) & 0xc0) == 0x80) --width;
  return text.substr(0, width);
}

std::string table(const std::vector<Row>& rows, const Paper& paper) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].text.size());
  }
  const std::size_t end = paper.width == 0 ? std::string::npos : paper.width;
  std::string text;
  for (const Row& row : rows) {
    std::size_t column = 0;
    std::size_t written = 0;
    for (std::size_t i = 0; i < row.size() && column < end; ++i) {
      const std::string shown = cut(printable(row[i].text), end - column);
      if (!shown.empty()) {
        text += std::string(column - written, ' ') + coloured(shown, row[i].tone, paper);
        written = column + shown.size();
      }
      column += widths[i] + 2;
    }
    text += '\n';
  }
  return text;
}

}  // namespace outrider::cli
