// SPDX-License-Identifier: Apache-2.0
// What Grafana loads, back to a description. What a description has no words for is found
// by writing it again: nothing is lost unsaid.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dashboards/description.hpp"
#include "rules/rule_file.hpp"

namespace outrider::dashboards {

struct Imported {
  Dashboard dashboard;  ///< to be used only when there is no problem
  std::vector<rules::FileProblem> problems;
  /// What would not be the same after a writing, at most ten of it.
  std::vector<rules::FileProblem> differences;
  bool is_identical = false;  ///< its text would be the same, to the byte
};

/// Takes the body of an API call, too. `file` is only the text's name.
Imported read_grafana(const std::string& text, const std::string& file);

/// The line, from 1, of what a JSON pointer names in a text that is JSON; of the nearest
/// thing around it, where it names nothing.
std::size_t line_of(std::string_view text, const std::string& pointer);

}  // namespace outrider::dashboards
