// SPDX-License-Identifier: Apache-2.0
// A file of descriptions to dashboards, all or nothing: what is not understood is a problem
// with file, line and column, and every problem is reported.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dashboards/description.hpp"
#include "rules/rule_file.hpp"

namespace outrider::dashboards {

struct Described {
  std::vector<Dashboard> dashboards;  ///< to be used only when there is no problem
  std::vector<rules::FileProblem> problems;
};

Described read_description_file(const std::string& file);

/// The same for text that is at hand; `file` is only its name.
Described read_description(const std::string& text, const std::string& file);

/// Of one expression, as Prometheus' own grammar has it; empty where there is nothing wrong.
/// `offset` is where in the expression it is.
std::string problem_of(const std::string& expression, const std::vector<Variable>& variables,
                       std::size_t& offset);

/// As short as they can be read back exactly.
std::string number_text(double number);

}  // namespace outrider::dashboards
