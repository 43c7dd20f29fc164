// SPDX-License-Identifier: Apache-2.0
// Programs of the operator's that are told of alerts: the message on standard input, its
// essentials in the environment, 0 in return. To each, one at a time in either of two
// lanes, as with requests (sender.hpp). One thread, which waits for none of them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "outputs/alerts/sender.hpp"
#include "probes/program.hpp"

namespace outrider::alerts {

class Hooks {
 public:
  struct Run {
    const config::ReceiverConfig& to;
    const std::string& input;
    std::map<std::string, std::string> environment;
    bool is_kill = false;
    nanoseconds now{};  ///< steady
  };
  /// What cannot be started is an outcome of the next take_ended().
  void run(const Run& run);

  [[nodiscard]] bool is_busy(const std::string& receiver, bool is_kill) const;
  [[nodiscard]] bool is_idle() const { return running_.empty(); }

  /// Adds what has ended; kills those whose time is over.
  void take_ended(nanoseconds now, std::vector<Outcome>& ended);

 private:
  struct Running {
    std::string receiver;
    bool is_kill = false;
    std::string file;
    nanoseconds timeout{};
    nanoseconds until{};  ///< steady
    std::unique_ptr<probes::Program> program;
    bool is_given_up = false;

    /// Why it failed, empty when it did not; nothing while it runs.
    std::optional<std::string> look();
  };
  std::vector<Running> running_;
};

}  // namespace outrider::alerts
