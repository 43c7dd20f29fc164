// SPDX-License-Identifier: Apache-2.0
// `outrider status [--json]`: read-only, also when everybody is dead.
#pragma once

#include "cli/command.hpp"
#include "cli/places.hpp"

namespace outrider::cli {

/// It exits with 0 every gate is TRADING, 1 one is closed, 3 this user may
/// not look, 4 there is no segment directory.
void add_status_command(const Command& program, const Places& places);

}  // namespace outrider::cli
