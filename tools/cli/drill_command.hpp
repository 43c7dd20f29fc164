// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command.hpp"
#include "cli/places.hpp"

namespace outrider::cli {

void add_drill_command(const Command& program, const Places& places);

}  // namespace outrider::cli
