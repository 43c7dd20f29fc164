// SPDX-License-Identifier: Apache-2.0
// `outrider halt`: no new orders in a scope, for a time or until a person arms.
#pragma once

#include "cli/command.hpp"
#include "cli/places.hpp"

namespace outrider::cli {

void add_halt_command(const Command& program, const Places& places);

}  // namespace outrider::cli
