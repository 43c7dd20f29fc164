// SPDX-License-Identifier: Apache-2.0
// The halves of the scenarios that record and drain: a trader that follows the
// script, and a sidecar that takes what it finds.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "crash/recovery.hpp"
#include "crash/script.hpp"
#include "outrider/producer.hpp"

namespace outrider::crash {

/// A segment of few KiB but for the spill histograms: two lanes of 8 samples.
shm::Geometry small_geometry();

/// A trader in one thread.
class ScriptTrader {
 public:
  explicit ScriptTrader(const Round& round) : round_{round} {}

  void open();
  void claim(const char* thread_name = "gateway");
  void housekeep() { producer_->housekeep(); }
  /// Calls of the script, from where the ledger stands to `until`; each is
  /// entered in the ledger when it has returned.
  void run(std::uint64_t until);
  Producer& producer() { return *producer_; }
  Writer& writer() { return writer_; }

 private:
  const Round& round_;
  std::optional<Producer> producer_;
  Writer writer_;
  std::array<Counter, 2> counters_;
  Histogram histogram_;
};

/// A sidecar's discovery and guard in one thread, for the newest generation.
class DrainingSidecar {
 public:
  explicit DrainingSidecar(const Round& round) : round_{round} {}

  void attach(std::uint64_t generation = 1);
  /// One turn: binds what is new, takes what is there.
  void turn();
  void sweep();
  void retire();
  drain::Drainer& drainer() { return *drainer_; }
  segments::Segment& segment() { return *segment_; }

 private:
  void bind();

  const Round& round_;
  std::unique_ptr<drain::Drainer> drainer_;
  std::shared_ptr<segments::Segment> segment_;
  std::shared_ptr<const drain::Binding> binding_;
  Tally swept_;
};

/// Ends the process with a sentence: a scenario that cannot be set up.
[[noreturn]] void give_up(const std::string& why);

}  // namespace outrider::crash
