// SPDX-License-Identifier: Apache-2.0
// `outrider directive`: tells the traders of a scope to do something.
#pragma once

#include "cli/command.hpp"
#include "cli/places.hpp"

namespace outrider::cli {

void add_directive_command(const Command& program, const Places& places);

}  // namespace outrider::cli
