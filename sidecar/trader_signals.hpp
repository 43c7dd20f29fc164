// SPDX-License-Identifier: Apache-2.0
// Ends a trader that sends orders through a kill, where its operator has configured
// that: SIGTERM, and after a grace SIGKILL. Nothing else in outrider signals a trader.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "config/config.hpp"
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

  /// Nothing unless `how.signal` is written in the configuration.
  void begin(const std::string& segment_directory, const TraderIdentity& trader,
             const config::EscalationConfig& how, std::chrono::nanoseconds now);
  /// Whose grace is over is killed.
  void step(const std::string& segment_directory, std::chrono::nanoseconds now);

 private:
  struct Doomed {
    TraderIdentity trader;
    std::chrono::nanoseconds at{};
  };
  void send(const std::string& segment_directory, const TraderIdentity& trader, int signal);

  outputs::Log& log_;
  std::vector<Doomed> doomed_;
};

}  // namespace outrider
