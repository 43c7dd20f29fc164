// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's own
class App;
}

namespace outrider::cli {

/// Adds `config FILE` to the command `check`: says everything that is wrong with
/// a configuration. Sets `exit_code` to 0 when it is good, 2 when it is not.
void add_check_config_command(CLI::App& check, int& exit_code);

}  // namespace outrider::cli
