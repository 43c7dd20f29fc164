// SPDX-License-Identifier: Apache-2.0
// `outrider kill [--scope S] [--reason TEXT]`: with or without a sidecar.
#pragma once

#include "cli/command.hpp"
#include "cli/places.hpp"

namespace outrider::cli {

/// It exits with 0 when the kill is in force or will be before any grant, 3
/// when this user may not, 4 when there is nothing to kill.
void add_kill_command(const Command& program, const Places& places);

}  // namespace outrider::cli
