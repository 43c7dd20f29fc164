// SPDX-License-Identifier: Apache-2.0
// What a listener is told: {"type","data","timestamp"}, as JSON in one line. Pure. The
// members of each type are in README.md.
#pragma once

#include <string>

#include "outputs/live/index.hpp"
#include "outputs/status.hpp"

namespace outrider::outputs {

/// Latencies, counters and how many samples there were. `snapshot` has the index' schema.
std::string metrics_message(const LiveIndex& index, const aggregate::Snapshot& snapshot,
                            const Status& status);

/// Gates, producers, alerts, checks and probes.
std::string health_message(const Status& status);

/// An alert that has another state than before.
std::string alert_message(const AlertStatus& alert, WallMs now);

std::string heartbeat_message(const Status& status);

}  // namespace outrider::outputs
