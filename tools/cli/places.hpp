// SPDX-License-Identifier: Apache-2.0
// Where the command looks, and how it ends.
#pragma once

#include <optional>
#include <string>

namespace outrider::cli {

class Command;

/// A contract: scripts rely on it.
enum ExitCode : int {
  exit_done = 0,
  exit_failed = 1,         ///< failed or refused; `status`: a gate is closed
  exit_usage = 2,          ///< wrong arguments or an invalid file
  exit_not_permitted = 3,  ///< this user may not
  exit_nobody = 4,         ///< there is nobody to talk to
};

/// How a sidecar is reached: by its Unix socket, or from afar.
struct Door {
  std::string socket;
  std::string address{};     ///< HOST:PORT of its control.listen-address; empty: by the socket
  std::string token_file{};  ///< holds the token that it is shown there
};

struct Places {
  std::string segment_dir{};      ///< as given; empty: see directory()
  std::string control_socket{};   ///< as given; empty: see socket()
  std::string control_address{};  ///< as given; empty: the sidecar of this segment directory
  std::string token_file{};

  /// --segment.dir, else $OUTRIDER_DIR, else /run/outrider.
  [[nodiscard]] std::string directory() const;
  /// --control.socket, else control.sock in the segment directory.
  [[nodiscard]] std::string socket() const;
  [[nodiscard]] Door door() const { return {socket(), control_address, token_file}; }
  /// The sidecar may be one of another host: nothing here is its.
  [[nodiscard]] bool is_afar() const { return !control_address.empty(); }
};

/// Adds --segment.dir and the options of the door to the program itself; they may
/// stand after the command's name too.
void add_places(const Command& program, Places& places);

/// A line on standard error; gives `code` back.
int complain(int code, const std::string& message);

/// Complains when `folder` of the segment directory cannot be read; nothing when it can.
std::optional<int> complain_of_folder(const std::string& directory, const char* folder);

}  // namespace outrider::cli
