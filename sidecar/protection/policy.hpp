// SPDX-License-Identifier: Apache-2.0
// What alerts do: which ones trip a circuit breaker, which ones pull the kill
// switch, and how wide. The rule file stays Prometheus'; this is ours.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace outrider::protection {

/// One line of `protection.circuit_breakers`.
struct CircuitBreakerPolicy {
  std::string alert;  ///< name of the alert, as in the rule file

  /// `global`, `host`, a fixed scope (`venue=binance`), or the name of a label:
  /// then the alert's own value of it says which (`producer` -> producer=gateway-1).
  /// An alert without that label trips `global`.
  std::string scope = "global";

  /// How long HALTED lasts at least, counted from the trip.
  std::chrono::milliseconds cooldown{60'000};
};

/// One line of `protection.kill_switch`: latched until a person arms.
struct KillSwitchPolicy {
  std::string alert;
  std::string scope = "global";  ///< as in CircuitBreakerPolicy
};

struct ProtectionPolicy {
  /// Lets gates open at the first start of a boot with no person asked. It is
  /// journalled and never lifts KILLED.
  bool arm_at_start = false;
  std::vector<CircuitBreakerPolicy> circuit_breakers;
  std::vector<KillSwitchPolicy> kill_switch;
};

}  // namespace outrider::protection
