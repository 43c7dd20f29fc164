// SPDX-License-Identifier: Apache-2.0
// Runs a scenario round after round, one instruction at a time, and judges every
// stop as if both processes had been killed there.
#pragma once

#include <cstdint>
#include <string>

#include "crash/mirror.hpp"
#include "crash/scenario.hpp"
#include "crash/tracee.hpp"

namespace outrider::crash {

struct Outcome {
  std::uint64_t points = 0;      ///< stops that were judged
  std::uint64_t recoveries = 0;  ///< of these, stops at which something had changed
  std::uint64_t rounds = 0;
  std::uint64_t whole_rounds = 0;
  std::uint64_t violations = 0;
  std::string first_violation;  ///< with round and step, to run it again
  std::string problem;          ///< the test itself could not go on
};

class Stepper {
 public:
  /// `scratch` is an empty directory of the caller's.
  Stepper(Scenario& scenario, const std::string& scratch, std::uint64_t seed);
  ~Stepper();

  /// Whole rounds and a piece of one, until that many points are judged.
  Outcome run(std::uint64_t points);

 private:
  /// Without steps: shows which pages the files will have.
  void rehearse();
  void begin_round();
  bool start_processes();
  bool skip_reading();
  void step_through();
  void end_life();
  [[nodiscard]] bool goes_on() const;
  bool step(Side side);
  void judge_stop(bool after_system_call);
  void round();
  bool fail(Tracee& tracee, const char* who);
  void wipe() const;

  Scenario& scenario_;
  std::string directory_;  ///< of the processes
  std::string copy_;       ///< of the recovery
  std::uint64_t seed_;
  Round round_;
  Mirror mirror_;
  Tracee trader_;
  Tracee sidecar_;
  std::string ledger_seen_;
  bool has_unknown_pages_ = false;  ///< this round's stops were not compared whole
  std::uint64_t wanted_ = 0;
  std::uint64_t steps_ = 0;  ///< in this round
  Outcome outcome_;
};

}  // namespace outrider::crash
