// SPDX-License-Identifier: Apache-2.0
// `outrider journal verify`: every record, the chain from file to file, and
// whether both copies say the same. Read-only, whether a sidecar runs or not.
#pragma once

#include "cli/command.hpp"

namespace outrider::cli {

/// It exits with 0 intact, 1 damaged, 3 this user may not look, 4 there is
/// no journal.
void add_journal_command(const Command& program);

}  // namespace outrider::cli
