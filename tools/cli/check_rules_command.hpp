// SPDX-License-Identifier: Apache-2.0
// `outrider check rules FILE...`: what the sidecar would say of a rule file.
#pragma once

#include "cli/command.hpp"

namespace outrider::cli {

/// Adds `rules` to the command `check`. Exits with 0 when every file is
/// accepted, 2 when one is not.
void add_check_rules_command(const Command& check);

}  // namespace outrider::cli
