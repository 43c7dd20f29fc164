// SPDX-License-Identifier: Apache-2.0
// An overview as people read it and as programs read it: pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "cli/overview.hpp"

namespace outrider::cli {

/// Lines and tables; the last line names what to do when something is closed.
[[nodiscard]] std::string status_text(const Overview& overview);

/// {"sidecar","armed","armed_since","latches":[],"kill_requests","producers":[],
/// "gates":[],"directives":[],"unreadable":[]}; directives are those that no trader has
/// answered; gates and producers have the members that
/// /api/v1/status gives them, times are RFC 3339 or null.
[[nodiscard]] std::string status_json(const Overview& overview);

/// "running", "stalled", "not running", "unknown".
[[nodiscard]] std::string_view sidecar_word(SidecarState state);

/// A gate as both have it.
[[nodiscard]] nlohmann::json gate_json(const GateOverview& gate);

}  // namespace outrider::cli
