// SPDX-License-Identifier: Apache-2.0
#include "cli/places.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "cli/command.hpp"
#include "config/paths.hpp"
#include "outrider/shm/file.hpp"

namespace outrider::cli {
namespace {

config::Config config_of(const Places& places) {
  config::Config config;
  config.segment.dir = places.segment_dir;
  config.control.socket = places.control_socket;
  return config;
}

}  // namespace

std::string Places::directory() const {
  return config::segment_directory(config_of(*this), config::process_environment());
}

std::string Places::socket() const {
  return config::control_socket(config_of(*this), config::process_environment());
}

void add_places(const Command& program, Places& places) {
  program.option("--segment.dir", places.segment_dir,
                 "directory shared with the traders; else $OUTRIDER_DIR, else /run/outrider");
  program.option("--control.socket", places.control_socket,
                 "the sidecar's control socket; else control.sock in the segment directory");
  const Option address = program.option(
      "--control.address", places.control_address,
      "HOST:PORT of a sidecar's control.listen-address, instead of the socket: kill, halt, arm, "
      "alerts");
  const Option token =
      program.option("--control.token-file", places.token_file, "file with the token for it");
  address.needs(token);
  token.needs(address);
  program.options_anywhere();
}

int complain(int code, const std::string& message) {
  std::fprintf(stderr, "outrider: %s\n", message.c_str());
  return code;
}

std::optional<int> complain_of_folder(const std::string& directory, const char* folder) {
  const std::string path = directory + '/' + folder;
  if (::access(path.c_str(), R_OK | X_OK) == 0) return std::nullopt;
  const int code = errno;
  return complain(code == EACCES ? exit_not_permitted : exit_nobody,
                  shm::missing_directory(directory, path, code).message);
}

}  // namespace outrider::cli
