// SPDX-License-Identifier: Apache-2.0
// The command line of outrider-sidecar: a flag for every key of the table in
// keys.cpp, under the same name. Flags beat the file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/cli11_names.hpp"
#include "config/load.hpp"

namespace outrider::config {

struct Flags {
  std::string config_file;  ///< empty: no file
  /// Key name to what was given; a list key may have several.
  std::map<std::string, std::vector<std::string>> values;
};

/// Defines every flag; `flags` must live as long as `app` parses.
void define_flags(CLI::App& app, Flags& flags, const std::string& version);

/// Parses the command line of the sidecar. An exit code when the program is
/// done: 0 after --help or --version, 2 after a mistake, which is printed.
std::optional<int> parse_flags(int argc, const char* const* argv, Flags& flags,
                               const std::string& version);

/// Puts the flags over what the file said.
void apply_flags(const Flags& flags, Loaded& loaded);

/// The file, if one is named, and the flags over it. What a reload calls again.
Loaded load(const Flags& flags);

}  // namespace outrider::config
