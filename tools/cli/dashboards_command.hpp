// SPDX-License-Identifier: Apache-2.0
// `outrider dashboards`: Grafana's dashboards from descriptions, and back. Reads and writes
// files only.
#pragma once

#include "cli/command.hpp"

namespace outrider::cli {

/// It exits with 0 done, 1 a file cannot be written or a dashboard would not come back the
/// same, 2 an invalid file or wrong usage.
void add_dashboards_command(const Command& program);

}  // namespace outrider::cli
