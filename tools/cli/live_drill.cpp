// SPDX-License-Identifier: Apache-2.0
#include "cli/live_drill.hpp"

#include <algorithm>
#include <thread>

#include "cli/control_client.hpp"
#include "config/duration.hpp"

namespace outrider::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::microseconds between_looks{500};

std::string name_of(const GateOverview& gate) {
  return gate.producer + '/' + gate.gate;
}

/// A gate that nobody sees any more is as it was last seen.
struct Watcher {
  GateLook look;
  std::vector<GateTimes>& gates;
  Clock::time_point begin = Clock::now();

  void mark(std::chrono::nanoseconds& time) const {
    if (time.count() == 0) time = Clock::now() - begin;
  }

  /// Until each gate has the time that `seen` marks, or `end`.
  bool wait(std::chrono::nanoseconds GateTimes::*seen, bool trading, Clock::time_point end) const {
    const auto has_time = [&](const GateTimes& gate) { return (gate.*seen).count() != 0; };
    while (true) {
      for (const GateOverview& now : look()) {
        const auto gate = std::find_if(gates.begin(), gates.end(), [&](const GateTimes& each) {
          return each.gate == name_of(now);
        });
        if (gate == gates.end()) continue;
        const bool trades = now.state == GateState::trading;
        if (trades == trading) mark((*gate).*seen);
        if (!trades && now.refused) mark(gate->refused);
      }
      if (std::all_of(gates.begin(), gates.end(), has_time)) return true;
      if (Clock::now() > end) return false;
      std::this_thread::sleep_for(between_looks);
    }
  }
};

std::string late(const std::vector<GateTimes>& gates, std::chrono::nanoseconds GateTimes::*seen,
                 const char* what) {
  const auto gate = std::find_if(gates.begin(), gates.end(),
                                 [&](const auto& each) { return (each.*seen).count() == 0; });
  return "found " + gate->gate + " not " + what + " in time; needed every gate " + what +
         "; see outrider status";
}

}  // namespace

std::vector<GateTimes> gates_in_scope(const std::string& directory, const std::string& scope) {
  std::vector<GateTimes> gates;
  for (const GateOverview& gate : watch_gates(directory, scope)())
    gates.push_back({name_of(gate), std::string{to_string(gate.state)}});
  return gates;
}

std::vector<GateTimes> drill_live(const LiveDrill& drill, const Places& places,
                                  std::string& problem) {
  const GateLook look = watch_gates(places.directory(), drill.scope);
  std::vector<GateTimes> gates = gates_in_scope(places.directory(), drill.scope);
  const auto closed = std::find_if(gates.begin(), gates.end(),
                                   [](const auto& gate) { return gate.before != "TRADING"; });
  if (gates.empty()) problem = "found no gate of " + drill.scope + "; needed one to drill";
  if (closed != gates.end())
    problem = "found " + closed->gate + ' ' + closed->before +
              "; needed every gate of the scope TRADING, or its closing proves nothing";
  if (!problem.empty()) return gates;

  const Watcher watcher{look, gates};
  const ControlReply reply =
      ask_sidecar(places.door(), "/api/v1/halt",
                  {drill.scope, "a live drill, it ends by itself", drill.duration});
  if (reply.status != 200) {
    problem = "found the halt refused: " + reply.message;
    return gates;
  }
  if (!watcher.wait(&GateTimes::closed, false, Clock::now() + drill.patience)) {
    problem = late(gates, &GateTimes::closed, "closed");
    return gates;
  }
  const auto duration = config::parse_duration(drill.duration).value_or(Clock::duration{});
  if (!watcher.wait(&GateTimes::opened, true, Clock::now() + duration + drill.patience))
    problem = late(gates, &GateTimes::opened, "open again");
  return gates;
}

}  // namespace outrider::cli
