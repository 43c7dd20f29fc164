// SPDX-License-Identifier: Apache-2.0
#include "crash/scenarios.hpp"

namespace outrider::crash {

const std::vector<ScenarioEntry>& scenarios() {
  static const std::vector<ScenarioEntry> all{
      {"push-writer", 1, push_writer},
      {"spill-writer", 1, spill_writer},
      {"drain-reader", 2, drain_reader},
      {"push-and-drain-both", 4, push_and_drain},
      {"registration-writer", 2, registration_writer},
      {"lanes-writer", 2, lanes_writer},
      {"telemetry-birth-writer", 2, telemetry_birth},
      {"control-birth-reader", 2, control_birth},
      {"retire-reader", 6, retire_reader},
      {"generations-both", 8, generations},
  };
  return all;
}

}  // namespace outrider::crash
