// SPDX-License-Identifier: Apache-2.0
// A label matcher: one of the four of PromQL. Used when series appear, never
// while a rule is evaluated.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aggregate/schema.hpp"

namespace re2 {
class RE2;
}

namespace outrider::promql {

enum class MatchKind { equal, not_equal, matches, matches_not };

class LabelMatcher {
 public:
  /// Nothing, and a reason, when `value` should be a regular expression and is
  /// none. A regular expression must match the whole value.
  static std::optional<LabelMatcher> create(MatchKind kind, std::string label, std::string value,
                                            std::string& reason);

  [[nodiscard]] bool matches(std::string_view value) const;
  [[nodiscard]] MatchKind kind() const { return kind_; }
  [[nodiscard]] const std::string& label() const { return label_; }
  [[nodiscard]] const std::string& value() const { return value_; }

 private:
  LabelMatcher(MatchKind kind, std::string label, std::string value);

  MatchKind kind_;
  std::string label_;
  std::string value_;
  std::shared_ptr<const re2::RE2> regex_;
};

/// The value of a label; an absent one is the empty string, as PromQL has it.
std::string_view label_value(const aggregate::Labels& labels, std::string_view name);

bool matches_all(const std::vector<LabelMatcher>& matchers, const aggregate::Labels& labels);

}  // namespace outrider::promql
