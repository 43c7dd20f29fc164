// SPDX-License-Identifier: Apache-2.0
// Ends a trader that sends orders through a kill, where its operator has configured
// that: SIGTERM, and after a grace SIGKILL. Nothing else in outrider signals a trader.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "orders_watch.hpp"
#include "outputs/log.hpp"
#include "process_handle.hpp"

namespace outrider {

/// Which process, as the header of its segment says.
struct TraderIdentity {
  std::string name;
  ProcessIdentity process;
};

/// Sends `signal` to exactly that process, or says why not: it must hold the lock of
/// its name, which the kernel vouches for, have begun when the header says, and be in
/// our pid namespace. By a pidfd: a process id used again is never hit.
std::string signal_trader(const std::string& segment_directory, const TraderIdentity& trader,
                          int signal);

/// Discovery thread.
class TraderSignals {
 public:
  explicit TraderSignals(outputs::Log& log) : log_{log} {}

  /// It sends orders through a kill, now: SIGTERM, and when it goes on after the grace
  /// SIGKILL, each only if `how`, the configuration in force, says so. Only the guard,
  /// who sees gates and orders, knows whether it goes on.
  void look(const std::string& segment_directory, const TraderIdentity& trader, OrdersNews news,
            const config::EscalationConfig& how);

 private:
  bool send(const std::string& segment_directory, const TraderIdentity& trader, int signal);

  outputs::Log& log_;
  std::vector<ProcessIdentity> warned_;  ///< by SIGTERM, in the kill that is in force
};

}  // namespace outrider
