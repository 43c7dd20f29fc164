// SPDX-License-Identifier: Apache-2.0
// Secrets come from files, and are read when they are needed: settings have the paths.
#pragma once

#include <optional>
#include <string>

namespace outrider::config {

/// The first line of a file that holds a secret; nothing, with a sentence that
/// names the file, when it cannot be read or is empty.
std::optional<std::string> read_secret(const std::string& file, std::string& problem);

}  // namespace outrider::config
