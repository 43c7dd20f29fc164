// SPDX-License-Identifier: Apache-2.0
// Words for how something is, and the one name under which rules record it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace outrider::aggregate {

/// The graver the further down. What nobody knows is not healthy.
enum class Health : std::uint8_t {
  not_configured,  ///< left out of what is worst
  healthy,
  degraded,
  stale,  ///< does not answer now, but has not long ago
  unknown,
  unhealthy,
  unreachable,
  critical,
};

constexpr std::string_view to_string(Health health) {
  constexpr std::string_view words[] = {"not_configured", "healthy",   "degraded",    "stale",
                                        "unknown",        "unhealthy", "unreachable", "critical"};
  return words[static_cast<std::size_t>(health)];
}

/// Work goes on.
constexpr bool is_good_enough(Health health) {
  return health <= Health::stale;
}

/// What rules record the state of a health check as; its label `check` says of which.
inline constexpr const char* health_series = "outrider_health_status";
inline constexpr const char* check_label = "check";

/// Of its value.
constexpr Health health_of(double value) {
  if (value == -1) return Health::not_configured;
  if (value == 0) return Health::healthy;
  if (value == 1) return Health::degraded;
  if (value == 2) return Health::unhealthy;
  if (value == 3) return Health::critical;
  return Health::unknown;
}

}  // namespace outrider::aggregate
