// SPDX-License-Identifier: Apache-2.0
// Where the sidecar listens, and who may ask there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/network.hpp"

namespace outrider::config {

/// The port of the sidecar, registered nowhere, chosen once.
inline constexpr std::uint16_t default_port = 9717;

struct ListenAddress {
  std::string host = "127.0.0.1";     ///< a numeric address
  std::uint16_t port = default_port;  ///< 0: any free port

  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

struct WebConfig {
  /// File with a line `NAME TOKEN` for each who may read; empty: no token is asked for.
  std::string viewer_tokens{};
  /// Whoever asks must be in one of them, this host too; none: everybody may.
  std::optional<std::vector<Network>> allow{};
  /// Other sites whose pages may listen to /ws: "https://desk.example.org".
  std::vector<std::string> origins{};
  /// Where /metrics and the pages are served. They show positions and losses:
  /// leave it on loopback unless one of the two above is set.
  ListenAddress listen_address{};
};

/// Who has one role of protection::Role; each role includes those before it.
struct RoleConfig {
  /// Unix group whose members have it on the Unix socket; empty: none.
  std::string group{};
  /// File with a line `NAME TOKEN` for each person who has it over TCP; empty: none.
  std::string token_file{};
};

struct ControlConfig {
  /// Unix socket for kill, arm and status; empty: see control_socket(). Without
  /// any group below, whoever may open it may do everything.
  std::string socket{};
  /// The same over TCP, for the holders of a token; none: not offered.
  std::optional<ListenAddress> listen_address{};
  RoleConfig viewers{};
  RoleConfig killers{};
  RoleConfig armers{};
};

}  // namespace outrider::config
