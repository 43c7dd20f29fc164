// SPDX-License-Identifier: Apache-2.0
// Alert and recording rules as loaded: plain values, immutable once a file is accepted.
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

/// Numbers of recordings in RuleSet::recordings, in rising order.
using RecordingNumbers = std::vector<std::size_t>;

/// Gives what an expression yields a name, for rules to select it by.
struct RecordingRule {
  std::string group;
  std::string name;        ///< `record`
  std::string expression;  ///< as written
  std::shared_ptr<const promql::Expr> expr;
  aggregate::Labels labels;       ///< fixed: Prometheus expands nothing in them either
  std::size_t alerts_before = 0;  ///< of its group
  RecordingNumbers reads{};       ///< what it is made of, directly or not
  std::string file;
  std::size_t line = 0;    ///< of the expression
  std::size_t column = 0;  ///< of the expression
};

struct AlertRule {
  std::string group;
  std::string name;        ///< `alert`
  std::string expression;  ///< as written
  std::shared_ptr<const promql::Expr> expr;
  AlertTiming timing;
  TemplateMap labels;
  TemplateMap annotations;
  RecordingNumbers reads{};  ///< what it is made of, directly or not
  std::string file;
  std::size_t line = 0;
};

struct RuleGroup {
  std::string name;
  std::string file;
  std::chrono::nanoseconds interval{};
  std::vector<AlertRule> rules;
  std::size_t first_recording = 0;  ///< in RuleSet::recordings
  std::size_t recording_count = 0;
};

struct RuleSet {
  std::vector<RuleGroup> groups;
  std::vector<RecordingRule> recordings;  ///< of all groups, in their order
  /// So many of them, the last ones, are fields of summaries and in no rule file.
  std::size_t field_count = 0;
  /// Each recording after those that it reads.
  std::vector<std::size_t> binding_order;
  std::string sha256;  ///< of the files as they were read, one after the other; empty: no files

  [[nodiscard]] std::size_t rule_count() const {
    std::size_t count = recordings.size();
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
