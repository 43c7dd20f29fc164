// SPDX-License-Identifier: Apache-2.0
#include "promql/matcher.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "config/problem.hpp"

namespace outrider::promql {

LabelMatcher::LabelMatcher(MatchKind kind, std::string label, std::string value)
    : kind_{kind}, label_{std::move(label)}, value_{std::move(value)} {}

std::optional<LabelMatcher> LabelMatcher::create(MatchKind kind, std::string label,
                                                 std::string value, std::string& reason) {
  LabelMatcher matcher{kind, std::move(label), std::move(value)};
  if (kind == MatchKind::matches || kind == MatchKind::matches_not) {
    auto regex = std::make_shared<const re2::RE2>(matcher.value_, re2::RE2::Quiet);
    if (!regex->ok()) {
      reason = "found what is no regular expression: " + config::in_quotes(regex->error()) +
               "; needed RE2's syntax; correct it";
      return std::nullopt;
    }
    matcher.regex_ = std::move(regex);
  }
  return matcher;
}

bool LabelMatcher::matches(std::string_view value) const {
  if (kind_ == MatchKind::equal) return value == value_;
  if (kind_ == MatchKind::not_equal) return value != value_;
  const bool found = re2::RE2::FullMatch(re2::StringPiece{value.data(), value.size()}, *regex_);
  return found == (kind_ == MatchKind::matches);
}

std::string_view label_value(const aggregate::Labels& labels, std::string_view name) {
  const auto found = std::find_if(labels.begin(), labels.end(),
                                  [&](const auto& label) { return label.first == name; });
  return found == labels.end() ? std::string_view{} : std::string_view{found->second};
}

bool matches_all(const std::vector<LabelMatcher>& matchers, const aggregate::Labels& labels) {
  return std::all_of(matchers.begin(), matchers.end(), [&](const LabelMatcher& matcher) {
    return matcher.matches(label_value(labels, matcher.label()));
  });
}

}  // namespace outrider::promql
