// SPDX-License-Identifier: Apache-2.0
// Who asks, as the end of the line made sure of it, and what that person may do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace outrider::protection {

/// Each may also do what those before it may.
enum class Role : std::uint8_t {
  none,    ///< nothing: what is asked is refused and journalled
  viewer,  ///< reads
  killer,  ///< closes gates
  armer,   ///< opens them again
};

/// "viewer", "killer", "armer"; "none".
[[nodiscard]] constexpr std::string_view to_string(Role role) noexcept {
  constexpr std::string_view words[] = {"none", "viewer", "killer", "armer"};
  return words[static_cast<std::size_t>(role)];
}

struct Caller {
  std::string name;  ///< for the journal: a user, or the holder of a token
  Role role = Role::none;
};

}  // namespace outrider::protection
