// SPDX-License-Identifier: Apache-2.0
#include "rules/template_format.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace outrider::rules {

namespace {

/// Wider or finer than any text for people: what is formatted stays bounded.
constexpr int most = 64;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

int read_number(std::string_view text, std::size_t& at) {
  int number = 0;
  for (; at < text.size() && is_digit(text[at]); ++at) {
    number = std::min(number * 10 + (text[at] - '0'), most + 1);
  }
  return number;
}

}  // namespace

std::string TemplateFormat::parse(std::string_view text, const std::vector<bool>& is_number,
                                  TemplateFormat& format) {
  format.pieces_.assign(1, {});
  std::size_t argument = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '%' || text.substr(at, 2) == "%%") {
      format.pieces_.back().text += text[at];
      at += text[at] == '%' ? 2 : 1;
      continue;
    }
    Piece& piece = format.pieces_.back();
    if (std::string why = read_directive(text, ++at, piece); !why.empty()) return why;
    if (argument == is_number.size())
      return "found more verbs than values in a format; needed one for each; drop one";
    if (std::string why = misfit(piece, is_number[argument++]); !why.empty()) return why;
    format.pieces_.emplace_back();
  }
  if (argument == is_number.size()) return {};
  return "found more values than verbs in a format; needed one for each; write %s or %.2f";
}

std::string TemplateFormat::read_directive(std::string_view text, std::size_t& at, Piece& piece) {
  for (; at < text.size(); ++at) {
    if (text[at] == '-') {
      piece.left = true;
    } else if (text[at] == '+') {
      piece.plus = true;
    } else if (text[at] == '0') {
      piece.zeros = true;
    } else {
      break;
    }
  }
  piece.width = read_number(text, at);
  if (at < text.size() && text[at] == '.') piece.precision = read_number(text, ++at);
  if (piece.width > most || piece.precision > most)
    return "found a format wider than 64; needed a narrower one";
  if (at == text.size()) return "found a format that ends within a verb; needed one such as %.2f";
  piece.verb = text[at++];
  return {};
}

std::string TemplateFormat::misfit(const Piece& piece, bool number) {
  const std::string found = std::string{"found the verb %"} + piece.verb;
  if (number) {
    constexpr std::string_view fits = "feEgGv";
    if (fits.find(piece.verb) == fits.npos)
      return found + " for $value, which is a number with a fraction; needed one such as %.0f";
    return {};
  }
  if (piece.verb != 's' && piece.verb != 'v') return found + " for a text; needed %s";
  if (piece.precision >= 0 || piece.plus || piece.zeros)
    return found + " with a precision, a sign or zeros for a text; needed %s; drop them";
  return {};
}

std::string TemplateFormat::apply(const std::vector<TemplateValue>& arguments) const {
  std::string out;
  std::size_t next = 0;
  for (const Piece& piece : pieces_) {
    out += piece.text;
    if (piece.verb == 0) continue;
    const TemplateValue& argument = arguments[next++];
    const auto* const number = std::get_if<double>(&argument);
    out += number != nullptr ? number_text(piece, *number)
                             : padded(piece, std::get<std::string>(argument));
  }
  return out;
}

std::string TemplateFormat::number_text(const Piece& piece, double value) {
  if (!std::isfinite(value)) {
    return padded(piece, std::isnan(value) && piece.plus ? "+NaN" : value_text(value));
  }
  // Without a precision %v, %g and %G are the shortest digits that read back the same.
  const bool shortest =
      piece.precision < 0 && piece.verb != 'f' && piece.verb != 'e' && piece.verb != 'E';
  std::string text;
  if (shortest) {
    text = value_text(value);
    if (piece.verb == 'G') std::replace(text.begin(), text.end(), 'e', 'E');
  } else {
    const char verb = piece.verb == 'v' ? 'g' : piece.verb;
    const std::string format = std::string{"%.*"} + verb;
    std::array<char, 512> buffer;
    std::snprintf(buffer.data(), buffer.size(), format.c_str(),
                  piece.precision < 0 ? 6 : piece.precision, value);
    text = buffer.data();
  }
  if (piece.plus && text[0] != '-') text.insert(0, 1, '+');
  const auto width = static_cast<std::size_t>(piece.width);
  if (piece.zeros && !piece.left && text.size() < width) {
    const bool is_signed = text[0] == '-' || text[0] == '+';
    text.insert(is_signed ? 1 : 0, width - text.size(), '0');
  }
  return padded(piece, text);
}

/// A width counts characters, not bytes.
std::string TemplateFormat::padded(const Piece& piece, const std::string& text) {
  const auto characters =
      static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
      }));
  const auto width = static_cast<std::size_t>(piece.width);
  const std::string blanks(width > characters ? width - characters : 0, ' ');
  return piece.left ? text + blanks : blanks + text;
}

}  // namespace outrider::rules
