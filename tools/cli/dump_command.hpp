// SPDX-License-Identifier: Apache-2.0
// `outrider dump`: what a trader's segment holds, of a dead one too.
#pragma once

#include "cli/command.hpp"
#include "cli/places.hpp"

namespace outrider::cli {

void add_dump_command(const Command& program, const Places& places);

}  // namespace outrider::cli
