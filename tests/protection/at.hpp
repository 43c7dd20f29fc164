// SPDX-License-Identifier: Apache-2.0
// What the protection tests share: a simulated clock and short spellings.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "protection/protection.hpp"

namespace outrider::protection {

using namespace std::chrono_literals;

inline Now at(std::chrono::nanoseconds since_start) {
  return {1000s + since_start, 1'700'000'000s + since_start};
}

inline Cause person(const char* reason = "tested by a person") {
  return {{}, "ann", reason, 0};
}

/// A decider that has been armed, so that gates would be TRADING.
struct Armed : Protection {
  Armed() {
    arm_at_start(at(0s));
    clear_changes();
  }
  GateState state(std::initializer_list<ScopeId> scopes) const {
    return verdict(std::vector<ScopeId>(scopes)).state;
  }
  void pass(BreakerId id, AlertSignal signal, std::chrono::nanoseconds when) {
    observe(id, signal, 1);
    tick(at(when));
  }
  std::vector<Action> actions() const {
    std::vector<Action> list;
    for (const Change& change : changes()) list.push_back(change.entry.action);
    return list;
  }
};

}  // namespace outrider::protection
