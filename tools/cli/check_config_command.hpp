// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command.hpp"

namespace outrider::cli {

/// Adds `config FILE` to the command `check`: says everything that is wrong with
/// a configuration. Exits with 0 when it is good, 2 when it is not.
void add_check_config_command(const Command& check);

}  // namespace outrider::cli
