// SPDX-License-Identifier: Apache-2.0
#include "rules/text_template.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "promql/matcher.hpp"

namespace outrider::rules {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

bool is_label_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), allowed);
}

/// The label's name in `$labels.name` or `.Labels.name`; else nothing.
std::string_view label_in(std::string_view action) {
  for (const std::string_view prefix : {"$labels.", ".Labels."}) {
    if (!action.starts_with(prefix)) continue;
    const std::string_view name = action.substr(prefix.size());
    if (is_label_name(name)) return name;
  }
  return {};
}

std::string refusal(std::string_view action) {
  if (action.find("xternalLabels") != action.npos || action.find("xternalURL") != action.npos) {
    return "found {{ " + std::string{action} +
           " }}, which is Prometheus' own and not known here; needed {{ $labels.name }} or {{ "
           "$value }}";
  }
  return "found {{ " + std::string{action} +
         " }}, which is not supported; needed {{ $labels.name }} or {{ $value }}";
}

}  // namespace

bool TextTemplate::parse(std::string_view text, TextTemplate& result, TemplateProblem& problem) {
  result = {};
  result.text_ = text;
  std::size_t pos = 0;
  for (std::size_t open = text.find("{{"); open != text.npos; open = text.find("{{", pos)) {
    const std::size_t close = text.find("}}", open);
    if (close == text.npos) {
      problem = {open, "found {{ without }}; needed both; close it"};
      return false;
    }
    if (open > pos) {
      result.pieces_.push_back({PieceKind::text, std::string{text.substr(pos, open - pos)}});
    }
    const std::string_view action = trimmed(text.substr(open + 2, close - open - 2));
    if (action == "$value" || action == ".Value") {
      result.pieces_.push_back({PieceKind::value, {}});
    } else if (const std::string_view label = label_in(action); !label.empty()) {
      result.pieces_.push_back({PieceKind::label, std::string{label}});
    } else {
      problem = {open, refusal(action)};
      return false;
    }
    pos = close + 2;
  }
  if (pos < text.size()) {
    result.pieces_.push_back({PieceKind::text, std::string{text.substr(pos)}});
  }
  return true;
}

std::string TextTemplate::expand(const aggregate::Labels& labels, double value) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    if (piece.kind == PieceKind::text) out += piece.text;
    if (piece.kind == PieceKind::label) out += promql::label_value(labels, piece.text);
    if (piece.kind == PieceKind::value) out += value_text(value);
  }
  return out;
}

bool TextTemplate::uses_value() const {
  return std::any_of(pieces_.begin(), pieces_.end(),
                     [](const Piece& piece) { return piece.kind == PieceKind::value; });
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

}  // namespace outrider::rules
