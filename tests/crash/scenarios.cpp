// SPDX-License-Identifier: Apache-2.0
#include "crash/scenarios.hpp"

namespace outrider::crash {

const std::vector<ScenarioEntry>& scenarios() {
  static const std::vector<ScenarioEntry> all{
      {"push-writer", 8, push_writer},
      {"spill-writer", 8, spill_writer},
      {"drain-reader", 10, drain_reader},
      {"push-and-drain-both", 22, push_and_drain},
      {"registration-writer", 20, registration_writer},
      {"lanes-writer", 20, lanes_writer},
      {"telemetry-birth-writer", 110, telemetry_birth},
      {"control-birth-reader", 36, control_birth},
      {"guardian-birth-reader", 24, guardian_birth},
      {"retire-reader", 70, retire_reader},
      {"generations-both", 40, generations},
      {"gate-reader", 10, gate_reader},
      {"gate-against-kill-both", 16, gate_against_kill},
      {"latch-reader", 84, latch_reader},
      {"start-reader", 20, start_reader},
      {"kill-request-writer", 12, kill_request_writer},
      {"journal-reader", 2, journal_reader},
  };
  return all;
}

}  // namespace outrider::crash
