// SPDX-License-Identifier: Apache-2.0
// From what the configuration says of an alert to what one instance of it acts
// on. Not the guard's: it allocates.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "protection/protection.hpp"

namespace outrider::protection {

/// The scope that an alert's instance acts on, given the policy's `scope`.
using ScopeOf = std::function<ScopeId(const std::string& policy_scope)>;

/// Empty when the configuration gives the alert no consequence. Null entries: no room.
struct BoundAlert {
  std::vector<std::optional<BreakerId>> trips;   ///< what its firing closes
  std::vector<std::optional<BreakerId>> clears;  ///< the entry blocks that its firing ends
};

/// Registers what is configured.
[[nodiscard]] BoundAlert bind_alert(Protection& protection, const config::ProtectionConfig& policy,
                                    std::string_view alert, const ScopeOf& scope_of);

/// Whether the configuration gives the alert a consequence.
[[nodiscard]] bool has_consequence(const config::ProtectionConfig& policy, std::string_view alert);

/// The scopes, as the policy names them, that an alert's firing closes.
[[nodiscard]] std::vector<std::string> policy_scopes(const config::ProtectionConfig& policy,
                                                     std::string_view alert);

/// What may go out of a gate with these scopes while no sidecar runs: of what is
/// written for them the most restrictive, else halt.
[[nodiscard]] OnStale on_stale(const config::ProtectionConfig& policy,
                               const std::vector<std::string>& scopes);

}  // namespace outrider::protection
