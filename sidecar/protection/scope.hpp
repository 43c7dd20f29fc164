// SPDX-License-Identifier: Apache-2.0
// Scopes: how wide a decision reaches. Written as people type them: `global`,
// `host`, or `label=value` (`producer=gateway-1`, `venue=binance`).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aggregate/schema.hpp"

namespace outrider::protection {

inline constexpr std::string_view global_scope = "global";
inline constexpr std::string_view host_scope = "host";

/// Empty when `scope` is well formed, else a sentence that says what is wrong.
[[nodiscard]] std::string scope_problem(std::string_view scope);

/// Every scope that a gate belongs to: global, host, producer=P, gate=P/G, and
/// one per label.
[[nodiscard]] std::vector<std::string> gate_scopes(std::string_view producer, std::string_view gate,
                                                   const aggregate::Labels& labels);

/// The scope that an alert with `labels` acts on, given the policy's `scope`.
/// A label that the alert does not carry means `global`: too wide is safe.
[[nodiscard]] std::string alert_scope(std::string_view policy_scope,
                                      const aggregate::Labels& labels);

}  // namespace outrider::protection
