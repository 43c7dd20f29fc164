// SPDX-License-Identifier: Apache-2.0
// What is said to a command line that is not understood. CLI11's own words say
// neither what was needed nor, for a command that does not exist, what was found.
#pragma once

#include <string>

#include "config/cli11_names.hpp"

namespace outrider::config {

/// For `app` after its parse() threw `error`.
std::string usage_sentence(const CLI::App& app, const CLI::ParseError& error);

}  // namespace outrider::config
