// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

#include "cli/places.hpp"

namespace outrider::cli {

void add_drill_command(CLI::App& app, const Places& places, int& exit_code);

}  // namespace outrider::cli
