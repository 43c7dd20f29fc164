// SPDX-License-Identifier: Apache-2.0
// `outrider tail`: samples as they come.
#pragma once

#include "cli/command.hpp"
#include "cli/places.hpp"

namespace outrider::cli {

/// It exits with 0 ended by its user or after --count, 2, 3, 4 no segment directory.
void add_tail_command(const Command& program, const Places& places);

}  // namespace outrider::cli
