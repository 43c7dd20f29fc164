// SPDX-License-Identifier: Apache-2.0
// Where the command looks, and how it ends.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace outrider::cli {

/// A contract: scripts rely on it.
enum ExitCode : int {
  exit_done = 0,
  exit_failed = 1,         ///< failed or refused; `status`: a gate is closed
  exit_usage = 2,          ///< wrong arguments or an invalid file
  exit_not_permitted = 3,  ///< this user may not
  exit_nobody = 4,         ///< there is nobody to talk to
};

struct Places {
  std::string segment_dir;     ///< as given; empty: see directory()
  std::string control_socket;  ///< as given; empty: see socket()

  /// --segment.dir, else $OUTRIDER_DIR, else /run/outrider.
  [[nodiscard]] std::string directory() const;
  /// --control.socket, else control.sock in the segment directory.
  [[nodiscard]] std::string socket() const;
};

/// Adds --segment.dir and --control.socket to the program itself; they may
/// stand after the command's name too.
void add_places(CLI::App& app, Places& places);

/// A line on standard error; gives `code` back.
int complain(int code, const std::string& message);

}  // namespace outrider::cli
