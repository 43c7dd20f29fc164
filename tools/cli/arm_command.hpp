// SPDX-License-Identifier: Apache-2.0
// `outrider arm [--scope S] --reason TEXT`: only through the sidecar, which
// knows who asks.
#pragma once

#include "cli/command.hpp"
#include "cli/places.hpp"

namespace outrider::cli {

/// It exits with 0 armed, 1 refused, 2 no reason, 3 not permitted, 4 no sidecar.
void add_arm_command(const Command& program, const Places& places);

}  // namespace outrider::cli
