// SPDX-License-Identifier: Apache-2.0
#include "crash/scenarios.hpp"

namespace outrider::crash {

const std::vector<ScenarioEntry>& scenarios() {
  static const std::vector<ScenarioEntry> all{
      {"push-writer", push_writer},
      {"spill-writer", spill_writer},
      {"drain-reader", drain_reader},
      {"push-and-drain-both", push_and_drain},
  };
  return all;
}

}  // namespace outrider::crash
