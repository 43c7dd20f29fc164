// SPDX-License-Identifier: Apache-2.0
// The guard's gates: what each must hold, and the leases that only a whole pass
// renews.
#include <algorithm>

#include "guard.hpp"
#include "segments/reject_text.hpp"

namespace outrider {

using namespace std::chrono_literals;

namespace {

/// Open before, or not killed yet.
bool closes_further(GateState before, GateState after) noexcept {
  const bool was_open = before == GateState::trading;
  return was_open ? after >= GateState::reduce_only
                  : after == GateState::killed && before != GateState::killed;
}

constexpr nanoseconds renew_period = 100ms;

protection::Verdict unarmed(std::string_view scope, std::string_view reason) noexcept {
  protection::Verdict verdict;
  verdict.scope = scope;
  verdict.reason = reason;
  return verdict;
}

}  // namespace

protection::Verdict Guard::verdict_of(const GateRuntime& gate) const noexcept {
  protection::Verdict verdict = parts_.protection.verdict(gate.scopes);
  if (verdict.state >= GateState::unarmed) return verdict;
  if (plan_->grants_nothing) {
    return unarmed(protection::global_scope, "a circuit breaker found no room: see the log");
  }
  if (discovery_stands_still_) {
    return unarmed(protection::host_scope,
                   "the sidecar has not looked for producers for two seconds or two leases");
  }
  if (a_judge_fails_) {
    if (const Judge* judge = failing_judge(gate); judge != nullptr) {
      return unarmed(parts_.protection.scope_name(gate.own_scope), judge->reason.view());
    }
  }
  if (gate.segment->is_damaged() || gate.producer->drainer->checkpoint().is_damaged()) {
    return unarmed(parts_.protection.scope_name(gate.own_scope),
                   "a file of the producer was cut short: see the log");
  }
  if (gate.reject != shm::RejectCode::none) {
    return unarmed(parts_.protection.scope_name(gate.own_scope), segments::to_text(gate.reject));
  }
  return verdict;
}

const Judge* Guard::failing_judge(const GateRuntime& gate) const noexcept {
  for (const Judge& judge : plan_->judges) {
    if (!judge.cannot_judge()) continue;
    const bool watches =
        std::find_first_of(judge.scopes.begin(), judge.scopes.end(), gate.scopes.begin(),
                           gate.scopes.end()) != judge.scopes.end();
    if (watches) return &judge;
  }
  return nullptr;
}

void Guard::store_gates() noexcept {
  for (const auto& gate : plan_->gates) {
    // Of a gate that was never looked at the clock is not known yet: in its first pass it
    // would close for a moment what an earlier sidecar had left open.
    const bool closes = parts_.protection.verdict(gate->scopes).state >= GateState::reduce_only;
    if (gate->word_is_known || closes) enforce_gate(*gate, false);
  }
}

// A clock that jumps or runs wrong must not measure a lease: what it would grant
// could last longer than anybody said.
void Guard::check_clock(const PlannedProducer& planned) noexcept {
  ProducerRuntime& producer = *planned.producer;
  const shm::TickClock& clock = producer.drainer->binding()->segment->clock();
  const shm::ClockPair pair = shm::read_clocks(clock.kind, parts_.ticks);
  producer.drainer->look_at_clock(pair);
  producer.clock_moved = producer.clock_watch.look(pair);
  if (producer.clock_moved) ++self_.clock_jumps;
}

shm::RejectCode Guard::reject_of(const GateRuntime& gate) const noexcept {
  const ProducerRuntime& producer = *gate.producer;
  const bool is_bound =
      producer.drainer->is_live() && producer.drainer->binding()->segment == gate.segment;
  if (!is_bound) return shm::RejectCode::no_heartbeat;
  if (producer.clock_moved) return shm::RejectCode::clock_skew;
  const shm::TickClock& clock = gate.segment->clock();
  const shm::ClockPair own = shm::read_clocks(clock.kind, parts_.ticks);
  return reject_code(clock, producer.beat, {1, own.ticks, own.ns});
}

/// For a while nobody guarded. Looked for before anything is stored in a gate.
void Guard::look_for_stale(const Now& now) noexcept {
  std::uint64_t found = 0;
  for (const auto& gate : plan_->gates) {
    if (!lease_ran_out(*gate, now, plan_->lease, parts_.ticks)) continue;
    gate->granted = {};  // counted
    ++found;
  }
  self_.lease_expirations += found;
  if (found == 0 || !plan_->on_stale_latch) return;
  const protection::Cause cause{
      {}, "on_stale_latch", "the leases of open gates had run out: nobody guarded", 0};
  parts_.protection.halt(plan_->host_scope, cause, now);
}

void Guard::renew_leases(const Now& now) noexcept {
  const bool due = now.steady - renewed_ >= renew_period;
  for (const PlannedProducer& planned : plan_->producers) {
    if (due && planned.producer->drainer->is_live()) check_clock(planned);
  }
  for (const auto& gate : plan_->gates) {
    if (due) {
      gate->reject = reject_of(*gate);
      // relaxed: a code for people.
      gate->segment->control.state().reject.store(static_cast<std::uint64_t>(gate->reject),
                                                  std::memory_order_relaxed);
    }
    enforce_gate(*gate, due);
  }
  if (due) renewed_ = now.steady;
  // A kill that somebody else had stored is a decision now.
  protection::enforce(parts_.protection, *this);
}

void Guard::enforce_gate(GateRuntime& gate, bool renew) noexcept {
  const shm::TickClock& clock = gate.segment->clock();
  const std::uint64_t lease =
      clock.interval_ticks(static_cast<std::uint64_t>(plan_->lease.count()));
  const GateState before = gate.state;
  switch (enforce(gate, {verdict_of(gate), parts_.ticks(clock.kind), lease, renew, now_})) {
    case Enforced::unchanged:
      return;
    case Enforced::changed:
      if (closes_further(before, gate.state)) closed_ = now_.steady;
      return note_change(gate);
    case Enforced::found_kill: {
      protection::Cause cause;
      cause.actor = "external";
      cause.reason = "found the gate killed by somebody other than the sidecar";
      parts_.protection.kill(gate.own_scope, cause, now_);
    }
  }
}

void Guard::close_all() noexcept {
  for (const auto& gate :
       plan_ == nullptr ? std::vector<std::shared_ptr<GateRuntime>>{} : plan_->gates) {
    if (gate->state > GateState::reduce_only) continue;
    const shm::TickClock& clock = gate->segment->clock();
    enforce(*gate, {unarmed(protection::global_scope, "the sidecar has ended"),
                    shm::ticks(clock.kind), 0, false, now_});
  }
}

}  // namespace outrider
