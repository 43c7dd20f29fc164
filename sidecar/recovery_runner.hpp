// SPDX-License-Identifier: Apache-2.0
// What is done about an alert before people must: the steps of `recovery:`, carried out
// like a person with the role killer, and what came of them.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "outputs/log.hpp"
#include "own_series.hpp"
#include "protection/control.hpp"
#include "publication.hpp"
#include "recovery/recoverer.hpp"

namespace outrider {

class RecoveryRunner {
 public:
  using Settings = std::vector<config::RecoveryConfig>;
  struct Parts {
    protection::Control& control;
    Exchange& exchange;
    outputs::Log& log;
    SharedFacts& facts;
  };

  RecoveryRunner(Parts parts, Settings settings);

  /// Recovery thread. A step that tells traders waits for the guard.
  void step();
  /// Any thread: from the next step on.
  void reload(Settings settings);
  /// Any thread: {"recoveries": [{time alert scope step what result detail exhausted}]}, the
  /// newest first.
  [[nodiscard]] std::string history_json() const;

 private:
  void tell(const recovery::Event& event);

  Parts parts_;
  recovery::Recoverer recoverer_;  ///< recovery thread
  mutable std::mutex mutex_;       ///< over what follows
  std::optional<Settings> reloaded_;
  std::deque<recovery::Event> history_;
};

}  // namespace outrider
