// SPDX-License-Identifier: Apache-2.0
// From a file to a Config. Every problem is reported, not the first: an operator
// should need one round, not five. With a problem, the Config must not be used.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/problem.hpp"

namespace outrider::config {

struct Loaded {
  Config config{};
  std::vector<Problem> problems{};  ///< in the order of the file; empty: usable
};

/// Reads a YAML file. Paths in it are relative to the file's own directory.
Loaded load_file(const std::string& file);

/// The same from text; `source` names it in problems and roots its paths.
Loaded load_text(const std::string& text, const std::string& source);

/// Whose orders flow through a kill cannot be told without the producers' label.
std::optional<Problem> check_escalation(const Config& config);

/// A problem for every breaker and kill switch whose alert no rule file has.
std::vector<Problem> check_alert_names(const Config& config,
                                       const std::vector<std::string>& alerts);

}  // namespace outrider::config
