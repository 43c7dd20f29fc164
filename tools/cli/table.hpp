// SPDX-License-Identifier: Apache-2.0
// Columns of text for a terminal, and what a terminal must not obey.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace outrider::cli {

/// How something stands, as a colour says it where there are any; the word says it too.
enum class Tone { plain, good, warning, bad, faint };

struct Cell {
  Cell(std::string shown) : text(std::move(shown)) {}  // NOLINT(google-explicit-constructor)
  Cell(const char* shown) : text(shown) {}             // NOLINT(google-explicit-constructor)
  Cell(std::string shown, Tone how) : text(std::move(shown)), tone(how) {}

  std::string text;
  Tone tone = Tone::plain;
};
using Row = std::vector<Cell>;

struct Paper {
  bool colours = false;
  std::size_t width = 0;  ///< longer lines are cut; 0: as long as they are
};

/// Columns as wide as their widest cell; the last one is not padded.
std::string table(const std::vector<Row>& rows, const Paper& paper = {});

/// The beginning of `text` that is at most `width` long, no character halved.
std::string cut(const std::string& text, std::size_t width);

/// Somebody else's text on one line: a terminal must not obey it.
std::string printable(const std::string& text);

/// `text` in the colour of `tone`, where there are any.
std::string coloured(const std::string& text, Tone tone, const Paper& paper);

}  // namespace outrider::cli
