// SPDX-License-Identifier: Apache-2.0
// From an offset within a YAML scalar's value to the place in the file where
// that character stands, for every style of scalar.
#pragma once

#include <yaml-cpp/mark.h>

#include <cstddef>
#include <string_view>

#include "promql/problem.hpp"

namespace outrider::rules {

/// `mark` is the scalar node's; `value` its value. The value's characters are
/// found again in the file in their order, over indentation, folded lines and
/// escapes.
promql::Location locate_in_scalar(std::string_view file, const YAML::Mark& mark,
                                  std::string_view value, std::size_t offset);

}  // namespace outrider::rules
