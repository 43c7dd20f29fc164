// SPDX-License-Identifier: Apache-2.0
// `outrider top`: gates, alerts, latency, rates and producers, again every second.
#pragma once

#include "cli/command.hpp"
#include "cli/places.hpp"

namespace outrider::cli {

/// It exits with 0 shown, 2, 3 this user may not look, 4 no segment directory.
void add_top_command(const Command& program, const Places& places);

}  // namespace outrider::cli
