// SPDX-License-Identifier: Apache-2.0
#include "rules/text_template.hpp"

#include <algorithm>

namespace outrider::rules {

namespace {

bool is_blank(char c) {
  return blank.find(c) != blank.npos;
}

std::string_view trimmed_left(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(blank), text.size()));
  return text;
}

std::string_view trimmed_right(std::string_view text) {
  return text.substr(0, text.find_last_not_of(blank) + 1);
}

/// What stands between the braces, and whether `{{- ` and ` -}}` take the white
/// space around them along.
struct Braces {
  std::string_view inside;
  bool trims_before = false;
  bool trims_after = false;

  explicit Braces(std::string_view text) : inside{text} {
    if (inside.size() > 1 && inside[0] == '-' && is_blank(inside[1])) {
      trims_before = true;
      inside.remove_prefix(1);
    }
    if (inside.size() > 1 && inside.back() == '-' && is_blank(inside[inside.size() - 2])) {
      trims_after = true;
      inside.remove_suffix(1);
    }
    inside = trimmed_left(trimmed_right(inside));
  }

  [[nodiscard]] bool is_comment() const {
    return inside.size() >= 4 && inside.starts_with("/*") && inside.ends_with("*/");
  }
};

}  // namespace

bool TextTemplate::parse(std::string_view text, TextTemplate& result, TemplateProblem& problem,
                         const TemplateFacts& facts) {
  result = {};
  result.text_ = text;
  std::string_view rest = text;
  std::string before;
  for (std::size_t open = rest.find("{{"); open != rest.npos; open = rest.find("{{")) {
    const std::size_t at = text.size() - rest.size() + open;
    const std::size_t close = rest.find("}}", open);
    if (close == rest.npos) {
      problem = {at, "found {{ without }}; needed both; close it"};
      return false;
    }
    const Braces braces{rest.substr(open + 2, close - open - 2)};
    const std::string_view piece = rest.substr(0, open);
    before += braces.trims_before ? trimmed_right(piece) : piece;
    rest.remove_prefix(close + 2);
    if (braces.trims_after) rest = trimmed_left(rest);
    if (braces.is_comment()) continue;
    TemplateAction action;
    if (std::string why = TemplateAction::parse(braces.inside, facts, action); !why.empty()) {
      problem = {at, std::move(why)};
      return false;
    }
    result.pieces_.push_back({std::move(before), std::move(action)});
    before.clear();
  }
  before += rest;
  if (!before.empty()) result.pieces_.push_back({std::move(before), {}});
  return true;
}

std::string TextTemplate::expand(const aggregate::Labels& labels, double value) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    out += piece.text;
    out += piece.action.expand(labels, value);
  }
  return out;
}

bool TextTemplate::uses_value() const {
  return std::any_of(pieces_.begin(), pieces_.end(),
                     [](const Piece& piece) { return piece.action.uses_value(); });
}

}  // namespace outrider::rules
