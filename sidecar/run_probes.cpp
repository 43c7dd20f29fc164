// SPDX-License-Identifier: Apache-2.0
// The probes thread: what is looked at beside the traders. It steps back behind
// guard and control, and so do the programs that it starts.

#include <algorithm>

#include "clocks.hpp"
#include "protection/scope.hpp"
#include "sidecar.hpp"
#include "this_thread.hpp"

namespace outrider {

using namespace std::chrono_literals;

namespace {

constexpr auto longest_wait = 1s;
/// How late a state may be in a file of somebody's.
constexpr auto write_back_period = 250ms;

probes::Time read_time() {
  const Now now = read_clocks();
  return {now.steady, now.wall};
}

}  // namespace

void Sidecar::make_probes() {
  probes_ = std::make_unique<probes::Runner>(
      probes::Runner::Parts{probe_board_, [this](const std::string& line) { log_.warn(line); }},
      settings_.config.probes, read_time());
  write_back_ = std::make_unique<probes::WriteBack>(
      [this](const std::string& scope) { return state_of(scope); },
      [this](const std::string& line) { log_.warn(line); });
  write_back_->configure(settings_.config.write_back);
}

/// Of the latches that hold for the scope the most restrictive; no word when the record
/// of them cannot be read.
std::string Sidecar::state_of(const std::string& scope) const {
  const protection::LatchImage latches = started_.latch.read();
  if (latches.condition != protection::Condition::intact) return {};
  GateState state = started_.latch.armed() ? GateState::trading : GateState::unarmed;
  for (const protection::Entry& latch : latches.entries) {
    const std::string_view closed = latch.scope.view();
    if (closed == scope || closed == protection::global_scope || closed == protection::host_scope)
      state = std::max(state, protection::state_after(latch.action));
  }
  return std::string{to_string(state)};
}

void Sidecar::run_probes() {
  name_this_thread("probes");
  step_this_thread_back();
  while (!stop_others_) {
    probes_->step(read_time());
    const bool writes = write_back_->step();
    probes_->wait(read_time(), writes ? write_back_period : longest_wait);
  }
}

}  // namespace outrider
