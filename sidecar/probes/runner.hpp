// SPDX-License-Identifier: Apache-2.0
// All probes, on one thread that waits for whichever has something to say: any
// number of them are under way at once, and none waits for another.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "aggregate/bell.hpp"
#include "probes/board.hpp"
#include "probes/probe.hpp"
#include "probes/transfers.hpp"

namespace outrider::probes {

class Runner {
 public:
  struct Parts {
    Board& board;
    Probe::Say say;
  };
  Runner(Parts parts, const std::vector<config::ProbeConfig>& probes, const Time& now);

  // probes thread
  void step(const Time& now);
  /// Until a step is worth it, and no longer than `most`.
  void wait(const Time& now, std::chrono::milliseconds most);

  // any thread
  /// Those whose settings are what they were go on as they are.
  void reload(const std::vector<config::ProbeConfig>& probes);
  /// Ends a wait.
  void wake() const noexcept { bell_.ring(); }
  /// How each stands, in the order of the configuration.
  [[nodiscard]] std::vector<Standing> standings() const;

 private:
  void adopt(const std::vector<config::ProbeConfig>& wanted, const Time& now);
  void show();
  void stand();

  Parts parts_;
  aggregate::Bell bell_;
  Transfers transfers_;  ///< before the probes, whose attempts are in it
  std::vector<std::unique_ptr<Probe>> probes_;
  std::vector<std::unique_ptr<Probe>> leaving_;  ///< whose attempt is not over yet
  Board::All shown_;

  mutable std::mutex mutex_;  ///< over what follows
  std::vector<Standing> standings_;
  std::optional<std::vector<config::ProbeConfig>> reloaded_;
};

}  // namespace outrider::probes
