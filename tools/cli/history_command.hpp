// SPDX-License-Identifier: Apache-2.0
// `outrider history`: what the journal says, full files included. Read-only,
// whether a sidecar runs or not.
#pragma once

#include "cli/command.hpp"

namespace outrider::cli {

/// It exits with 0 shown, 1 shown but a file is damaged, 2 a wrong --since,
/// 3 this user may not look, 4 there is no journal.
void add_history_command(const Command& program);

}  // namespace outrider::cli
