// SPDX-License-Identifier: Apache-2.0
// Settings that only a start takes up: files that are open, addresses that are bound,
// a thread that runs. A reload that changes one must say so.
#pragma once

#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace outrider::config {

/// Names of those that differ, as keys are called.
std::vector<std::string_view> changed_start_only(const Config& started, const Config& fresh);

}  // namespace outrider::config
