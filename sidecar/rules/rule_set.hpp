// SPDX-License-Identifier: Apache-2.0
// Alert rules as loaded: plain values, immutable once a file is accepted.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "promql/ast.hpp"
#include "rules/alert.hpp"
#include "rules/text_template.hpp"

namespace outrider::rules {

using TemplateMap = std::vector<std::pair<std::string, TextTemplate>>;

struct AlertRule {
  std::string group;
  std::string name;        ///< `alert`
  std::string expression;  ///< as written
  std::shared_ptr<const promql::Expr> expr;
  AlertTiming timing;
  TemplateMap labels;
  TemplateMap annotations;
  std::string file;
  std::size_t line = 0;
};

struct RuleGroup {
  std::string name;
  std::string file;
  std::chrono::nanoseconds interval{};
  std::vector<AlertRule> rules;
};

struct RuleSet {
  std::vector<RuleGroup> groups;

  [[nodiscard]] std::size_t rule_count() const {
    std::size_t count = 0;
    for (const RuleGroup& group : groups) count += group.rules.size();
    return count;
  }
};

/// Annotations of one alert, templates expanded. Allocates: not for the guard.
inline aggregate::Labels expand_annotations(const AlertRule& rule,
                                            const aggregate::Labels& source_labels, double value) {
  aggregate::Labels expanded;
  for (const auto& [name, text] : rule.annotations) {
    expanded.emplace_back(name, text.expand(source_labels, value));
  }
  return expanded;
}

}  // namespace outrider::rules
