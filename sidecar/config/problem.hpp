// SPDX-License-Identifier: Apache-2.0
// What is wrong with a configuration and where: one line for an operator, in
// the form that editors and compilers use.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace outrider::config {

struct Problem {
  std::string source{};  ///< a file name, or a flag such as "--loop.cpu"
  Place place{};
  std::string text{};  ///< what was found and what is needed
};

/// "file:line:column: text"; without the numbers where there is no place.
std::string to_text(const Problem& problem);

/// A value as it may stand in a message: quoted, on one line, not endless.
std::string in_quotes(std::string_view value);

/// Levenshtein distance: insertions, deletions and replacements from a to b.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate most like `name`, if one is like it at all; else empty.
std::string_view nearest(std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace outrider::config
