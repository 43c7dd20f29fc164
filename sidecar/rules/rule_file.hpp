// SPDX-License-Identifier: Apache-2.0
// Prometheus rule files to a RuleSet, all or nothing: what is not understood is
// a problem with file, line and column, and every problem is reported.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "rules/rule_set.hpp"

namespace outrider::rules {

struct RuleFileOptions {
  /// Interval of a group that names none (`rules.default_interval`).
  std::chrono::nanoseconds default_interval = std::chrono::milliseconds{100};
  /// What the texts of alerts may name beside a sample.
  TemplateFacts facts{};
};

struct FileProblem {
  std::string file;
  std::size_t line = 0;    ///< from 1; 0 when the file could not be read
  std::size_t column = 0;  ///< from 1; 0: the line says enough
  std::string reason;

  /// `file:line:column: reason`, as editors follow it.
  [[nodiscard]] std::string text() const;
};

struct LoadResult {
  RuleSet rules;  ///< to be used only when there is no problem
  std::vector<FileProblem> problems;

  [[nodiscard]] bool ok() const { return problems.empty(); }
};

LoadResult load_rule_files(const std::vector<std::string>& files,
                           const RuleFileOptions& options = {});

/// A warning for each alert whose name and labels an earlier one has: nobody who
/// gets both can tell them apart. They are legal, in Prometheus too.
std::vector<FileProblem> duplicate_alerts(const RuleSet& rules);

/// The same for text that is at hand; `file` is only its name.
LoadResult parse_rule_text(std::string_view text, const std::string& file,
                           const RuleFileOptions& options = {});

}  // namespace outrider::rules
