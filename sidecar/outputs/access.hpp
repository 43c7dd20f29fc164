// SPDX-License-Identifier: Apache-2.0
// Who is at the other end of a request, and what that person may do: on a Unix
// socket the kernel says who it is, over TCP a token does.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "outputs/http_message.hpp"
#include "protection/caller.hpp"

namespace outrider::outputs {

/// Shorter ones can be guessed.
inline constexpr std::size_t shortest_token = 16;  ///< bytes

class Access {
 public:
  /// Looks up the groups and reads the token files: a line `NAME TOKEN` each, `#`
  /// for a comment, not readable by others. Each problem is a sentence.
  static Access load(const config::ControlConfig& config, std::vector<std::string>& problems);

  /// The same for the port that only shows: whoever has a token is a viewer there.
  static Access load(const config::WebConfig& config, std::vector<std::string>& problems);

  /// Root and the sidecar's own user may do everything on the Unix socket, and with
  /// no group configured everyone who may open it. Over TCP only a token counts.
  [[nodiscard]] protection::Caller caller_of(const Request& request) const;

 private:
  struct Group {
    gid_t id = 0;
    protection::Role role = protection::Role::none;
  };
  struct Holder {
    protection::Caller caller;
    std::string token;
  };

  void load_role(const config::RoleConfig& config, protection::Role role,
                 std::vector<std::string>& problems);
  void load_tokens(const std::string& file, protection::Role role,
                   std::vector<std::string>& problems);
  [[nodiscard]] std::string add_holder(std::string_view line, protection::Role role);
  [[nodiscard]] protection::Role role_of(const PeerCredentials& peer) const;

  std::vector<Group> groups_;
  bool has_groups_ = false;  ///< configured, found or not
  std::vector<Holder> holders_;
};

}  // namespace outrider::outputs
