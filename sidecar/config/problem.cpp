// SPDX-License-Identifier: Apache-2.0
#include "config/problem.hpp"

#include <algorithm>
#include <numeric>

namespace outrider::config {

namespace {

constexpr std::size_t longest_quoted = 60;

}  // namespace

std::string to_text(const Problem& problem) {
  std::string text = problem.source;
  if (problem.place.line > 0) {
    text += ':' + std::to_string(problem.place.line) + ':' + std::to_string(problem.place.column);
  }
  return text + ": " + problem.text;
}

std::string in_quotes(std::string_view value) {
  std::string text{value.substr(0, longest_quoted)};
  // A control character could rewrite the operator's terminal.
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return '"' + text + (value.size() > longest_quoted ? "...\"" : "\"");
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string_view nearest(std::string_view name, const std::vector<std::string_view>& candidates) {
  // No key is longer than this: a longer name is not a slip of the hand, and the
  // distance costs the product of both lengths.
  if (name.size() > 64) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t d = edit_distance(name, candidate);
    if (d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

}  // namespace outrider::config
