// SPDX-License-Identifier: Apache-2.0
// `outrider directive`: tells the traders of a scope to do something.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/places.hpp"

namespace outrider::cli {

void add_directive_command(CLI::App& app, const Places& places, int& exit_code);

}  // namespace outrider::cli
