// SPDX-License-Identifier: Apache-2.0
// Where things lie when nobody says so. Both sides of the segment must come to
// the same answer, so nothing is searched for: the first that applies holds.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "config/config.hpp"

namespace outrider::config {

/// What the answers depend on, as arguments, so that a test can be anywhere.
struct Environment {
  std::function<std::optional<std::string>(const char* name)> variable;
  std::function<bool(const std::string& directory)> writable;
};

Environment process_environment();

/// What systemd gives the service.
inline constexpr std::string_view system_state_directory = "/var/lib/outrider";

/// segment.dir, else $OUTRIDER_DIR, else /run/outrider.
std::string segment_directory(const Config& config, const Environment& environment);

/// storage.path, else the first of $STATE_DIRECTORY, else /var/lib/outrider if
/// it can be written, else $XDG_STATE_HOME/outrider, else
/// $HOME/.local/state/outrider. Nothing when there is not even a home.
std::optional<std::string> state_directory(const Config& config, const Environment& environment);

/// control.socket, else control.sock in the segment directory.
std::string control_socket(const Config& config, const Environment& environment);

/// A warning when the directory is there and is no memory: a trader's store into a
/// mapped file of a disk waits for that disk. Empty: nothing to say.
std::string disk_warning(const std::string& segment_directory);

}  // namespace outrider::config
