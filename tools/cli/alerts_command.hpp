// SPDX-License-Identifier: Apache-2.0
// `outrider alerts [--severity S] [--since 1h] [--json]`, `outrider alerts requeue`.
#pragma once

#include "cli/command.hpp"
#include "cli/places.hpp"

namespace outrider::cli {

/// It exits with 0 shown or put back, 1 refused, 3 this user may not, 4 no sidecar.
void add_alerts_command(const Command& program, const Places& places);

}  // namespace outrider::cli
