// SPDX-License-Identifier: Apache-2.0
// A sidecar with something of everything: shared by the tests of the pages.
#pragma once

#include "outputs/status.hpp"

namespace outrider::outputs::testing {

inline Status sample_status() {
  constexpr WallMs now = 1'795'225'380'123;
  Status status;
  status.now = now;
  status.last_pass_age = std::chrono::milliseconds{250};
  status.producers.resize(2);
  status.producers[0].name = "gateway-1";
  status.producers[0].state = "live";
  status.producers[0].pid = 4711;
  status.producers[1].name = "gateway-2";
  status.producers[1].state = "dead";
  status.gates = {{"gateway-1",
                   "orders",
                   {{"venue", "binance"}},
                   "HALTED",
                   "RejectStorm",
                   "venue=binance",
                   now - 1123}};
  status.alerts = {{"RejectStorm", {{"venue", "binance"}}, "firing", 12.5, now - 1124},
                   {"FeedSilent", {}, "no_data", 0, 0}};
  status.trips = {{"venue=binance", "RejectStorm", 2, now - 1123}};
  status.recorded = 1000;
  status.drained = 990;
  status.spilled = 9;
  status.lost = {{"bad_id", 1}, {"quarantined_lane", 0}};
  status.rule_evaluations = 500;
  return status;
}

}  // namespace outrider::outputs::testing
