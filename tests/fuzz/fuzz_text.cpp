// SPDX-License-Identifier: Apache-2.0
// Text of strangers: is it UTF-8, does it name a series, does it survive being
// shown. UTF-8 is judged beside a second decoder, written from the table of the
// Unicode standard (3-7) instead of by arithmetic.
#include "fuzz/fuzz.hpp"
#include "outputs/exposition.hpp"
#include "outputs/http_message.hpp"
#include "outrider/shm/series.hpp"
#include "protection/text.hpp"

namespace outrider::fuzz {
namespace {

struct Row {
  unsigned char first_low, first_high;    ///< of the first byte
  unsigned char second_low, second_high;  ///< of the second
  std::size_t bytes;
};
constexpr Row well_formed[] = {
    {0x00, 0x7F, 0, 0, 1},       {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
    {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
    {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};

/// Bytes of the character that the text begins with; 0: of none.
std::size_t character(Bytes text) {
  for (const Row& row : well_formed) {
    if (text[0] < row.first_low || text[0] > row.first_high) continue;
    if (text.size() < row.bytes) return 0;
    if (row.bytes > 1 && (text[1] < row.second_low || text[1] > row.second_high)) return 0;
    for (std::size_t i = 2; i < row.bytes; ++i) {
      if (text[i] < 0x80 || text[i] > 0xBF) return 0;
    }
    return row.bytes;
  }
  return 0;
}

bool is_well_formed(Bytes text) {
  while (!text.empty()) {
    const std::size_t bytes = character(text);
    if (bytes == 0) return false;
    text = text.subspan(bytes);
  }
  return true;
}

void run_series(const std::string& text) {
  shm::SeriesInfo info;
  info.name = "orders_total";
  info.help = text;
  info.labels = {{"venue", text}};
  const bool usable = text.size() <= shm::max_text_bytes && shm::is_utf8(text) &&
                      text.find('\0') == std::string::npos;
  require(shm::refusal_of(info).empty() == usable, "help and label values are short UTF-8");
  info.help.clear();
  info.labels.clear();
  info.name = text;
  const bool named = shm::refusal_of(info).empty();
  require(!named || shm::is_utf8(text), "a name that is accepted is text");
}

}  // namespace

void run_one(Bytes input) {
  const std::string text{text_of(input)};
  const bool is_utf8 = shm::is_utf8(text);
  require(is_utf8 == is_well_formed(input), "UTF-8 is what the standard's table says");
  run_series(text);
  require(outputs::escaped_help(text).find('\n') == std::string::npos, "a help is one line");

  const protection::RuleText cut{text};
  require(text.find('\0') != std::string::npos || !is_utf8 || shm::is_utf8(cut.view()),
          "a text is never cut inside a character");

  outputs::Request request;
  if (outputs::set_target(request, text)) {
    require(request.path.starts_with('/'), "a path begins with a slash");
    outputs::query_parameter(request.query, "window");
  }
  outputs::percent_decoded(text, true);
}

}  // namespace outrider::fuzz
