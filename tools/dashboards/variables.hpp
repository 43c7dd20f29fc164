// SPDX-License-Identifier: Apache-2.0
// An expression as the data source gets it: with values for Grafana's variables.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "dashboards/description.hpp"

namespace outrider::dashboards {

using Values = std::map<std::string, std::string>;

/// One of each variable that keeps an expression an expression, Grafana's own included.
Values sample_values(const std::vector<Variable>& variables);

struct Filled {
  std::string text;
  std::vector<std::size_t> from;  ///< for each byte of the text, where it was before
};

/// `$name` and `${name}`; a variable without a value is left as it stands.
Filled fill_in(std::string_view expression, const Values& values);

}  // namespace outrider::dashboards
