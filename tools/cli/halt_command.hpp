// SPDX-License-Identifier: Apache-2.0
// `outrider halt`: no new orders in a scope, for a time or until a person arms.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/places.hpp"

namespace outrider::cli {

void add_halt_command(CLI::App& app, const Places& places, int& exit_code);

}  // namespace outrider::cli
