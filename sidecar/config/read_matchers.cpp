// SPDX-License-Identifier: Apache-2.0
#include "config/read_matchers.hpp"

#include <re2/re2.h>

#include <optional>

#include "config/keys.hpp"
#include "config/trimmed.hpp"

namespace outrider::config {

namespace {

using Kind = MatcherConfig::Kind;

struct Operator {
  std::string_view text;
  Kind kind;
};
/// The longer ones first.
constexpr Operator operators[] = {
    {"=~", Kind::matches}, {"!~", Kind::matches_not}, {"!=", Kind::not_equal}, {"=", Kind::equal}};

/// With its quotes taken off; nothing when they are not in order.
std::optional<std::string> unquoted(std::string_view text) {
  if (!text.starts_with('"')) {
    if (text.find('"') != text.npos) return std::nullopt;
    return std::string{text};
  }
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1 == text.size() ? std::optional{value} : std::nullopt;
    if (text[i] == '\\' && i + 1 < text.size()) {
      const char next = text[++i];
      if (next != '"' && next != '\\' && next != 'n') value += '\\';
      value += next == 'n' ? '\n' : next;
    } else {
      value += text[i];
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view parse_matcher(std::string_view text, MatcherConfig& matcher) {
  constexpr std::string_view needed = "a label, one of = != =~ !~, and a value";
  const std::size_t at = text.find_first_of("=!");
  if (at == text.npos) return needed;
  const std::string_view label = trimmed(text.substr(0, at));
  if (!is_scope(label)) return needed;
  for (const Operator& each : operators) {
    if (!text.substr(at).starts_with(each.text)) continue;
    const auto value = unquoted(trimmed(text.substr(at + each.text.size())));
    if (!value) return "a value whose quotes are closed";
    const bool is_pattern = each.kind == Kind::matches || each.kind == Kind::matches_not;
    if (is_pattern && !re2::RE2{*value, re2::RE2::Quiet}.ok())
      return "a regular expression of RE2's syntax";
    matcher = {std::string{label}, each.kind, *value};
    return {};
  }
  return needed;
}

void read_matchers(std::vector<MatcherConfig>& matchers, const std::string& path,
                   const YAML::Node& value, const ReadContext& context) {
  const auto take = [&](const YAML::Node& node) {
    MatcherConfig matcher;
    const std::string_view needed =
        node.IsScalar() ? parse_matcher(node.Scalar(), matcher) : "a text";
    if (needed.empty()) {
      matchers.push_back(std::move(matcher));
    } else {
      context.problem(node, path + ": found " + found_text(node) + "; needed " +
                                std::string{needed} + ", such as alertname=\"OrderFilled\"");
    }
  };
  if (!value.IsSequence()) return take(value);
  for (const YAML::Node& each : value) take(each);
}

}  // namespace outrider::config
