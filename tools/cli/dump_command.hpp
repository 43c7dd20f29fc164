// SPDX-License-Identifier: Apache-2.0
// `outrider dump`: what a trader's segment holds, of a dead one too.
#pragma once

#include "cli/places.hpp"

namespace outrider::cli {

void add_dump_command(CLI::App& app, const Places& places, int& exit_code);

}  // namespace outrider::cli
