// SPDX-License-Identifier: Apache-2.0
#include "config/paths.hpp"

#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstdlib>

namespace outrider::config {

namespace {

std::optional<std::string> set_variable(const Environment& environment, const char* name) {
  auto value = environment.variable(name);
  if (value && value->empty()) return std::nullopt;  // set to nothing is not set
  return value;
}

}  // namespace

Environment process_environment() {
  return {[](const char* name) -> std::optional<std::string> {
            const char* value = std::getenv(name);
            if (value == nullptr) return std::nullopt;
            return value;
          },
          [](const std::string& directory) { return access(directory.c_str(), W_OK | X_OK) == 0; }};
}

std::string segment_directory(const Config& config, const Environment& environment) {
  if (!config.segment.dir.empty()) return config.segment.dir;
  return set_variable(environment, "OUTRIDER_DIR").value_or("/run/outrider");
}

std::optional<std::string> state_directory(const Config& config, const Environment& environment) {
  if (!config.storage.path.empty()) return config.storage.path;
  // systemd lists all directories of the unit, separated by colons.
  if (const auto given = set_variable(environment, "STATE_DIRECTORY")) {
    return given->substr(0, given->find(':'));
  }
  const std::string system_wide{system_state_directory};
  if (environment.writable(system_wide)) return system_wide;
  if (const auto state = set_variable(environment, "XDG_STATE_HOME")) return *state + "/outrider";
  if (const auto home = set_variable(environment, "HOME")) return *home + "/.local/state/outrider";
  return std::nullopt;
}

std::string control_socket(const Config& config, const Environment& environment) {
  if (!config.control.socket.empty()) return config.control.socket;
  return segment_directory(config, environment) + "/control.sock";
}

std::string disk_warning(const std::string& segment_directory) {
  struct statfs system {};
  if (::statfs(segment_directory.c_str(), &system) != 0) return {};
  if (system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC) return {};
  return "segment directory: " + segment_directory +
         ": found it on a disk, for which a trader's store may wait; needed tmpfs or ramfs; take "
         "one below /run or /dev/shm, or mount one there";
}

}  // namespace outrider::config
