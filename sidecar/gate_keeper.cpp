// SPDX-License-Identifier: Apache-2.0
#include "gate_keeper.hpp"

#include <algorithm>

namespace outrider {
namespace {

constexpr std::int64_t largest_skew_ns = 10'000'000;

/// How far the clocks of a pair lie apart by the segment's own constants.
std::int64_t offset_of(const shm::TickClock& clock, const shm::Beat& pair) noexcept {
  return static_cast<std::int64_t>(pair.ns - clock.stamp_ns(Ticks::from_raw(pair.ticks)));
}

std::uint64_t wanted_word(const GateRuntime& gate, const Enforcement& wanted) noexcept {
  if (wanted.verdict.state == GateState::probing)
    return shm::probing_word(wanted.verdict.allowance);
  if (wanted.verdict.state != GateState::trading) return shm::closed_word(wanted.verdict.state);
  const bool is_open = (gate.word & shm::closed_bit) == 0 && gate.word != 0;
  return is_open && !wanted.renew ? gate.word : wanted.now.raw() + wanted.lease_ticks;
}

/// PROBING and REDUCE_ONLY are leases as well. Stored before the word: who sees the word
/// first finds the gate STALE for a moment.
void renew_code(const GateRuntime& gate, const Enforcement& wanted) noexcept {
  const GateState state = wanted.verdict.state;
  if (!shm::allows_by_code(state) || (!wanted.renew && gate.state == state)) return;
  // relaxed: a stamp on its own; only this thread stores it.
  gate.segment->control.gate(gate.slot).guarded_until.store(wanted.now.raw() + wanted.lease_ticks,
                                                            std::memory_order_relaxed);
}

void show(GateRuntime& gate, const Enforcement& wanted, Ticks stored) noexcept {
  const protection::Verdict& verdict = wanted.verdict;
  const protection::ReasonText reason = protection::why(verdict);
  shm::store_detail(
      gate.segment->control.gate(gate.slot),
      {verdict.state, static_cast<std::uint64_t>(wanted.time.wall.count() / 1'000'000), stored,
       verdict.scope, reason.view()});
}

/// `changed` when the word is `next` now. A word that nobody but a stranger or a
/// fault can have left is replaced, and only a kill is somebody's will.
Enforced put(GateRuntime& gate, std::uint64_t next) noexcept {
  std::atomic<std::uint64_t>& word = gate.segment->control.gate(gate.slot).word;
  // The second time with what was found. Should it have moved again: next pass.
  for (int tries = 0; tries < 2; ++tries) {
    std::uint64_t found = gate.word;
    // relaxed: the word is the whole message.
    const bool stored = word.compare_exchange_strong(found, next, std::memory_order_relaxed);
    gate.word = stored ? next : found;
    if (stored) return Enforced::changed;
    if (found == shm::closed_word(GateState::killed)) return Enforced::found_kill;
    // Zeroes under a file cut short: the verdict of the next pass knows.
    if (gate.segment->is_damaged()) return Enforced::unchanged;
  }
  return Enforced::unchanged;
}

}  // namespace

shm::RejectCode reject_code(const shm::TickClock& clock, const shm::Beat& trader,
                            const shm::Beat& own) noexcept {
  if (trader.count == 0) return shm::RejectCode::no_heartbeat;
  // The trader may write any pair: a difference that does not fit is no small one.
  std::int64_t skew = 0;
  const bool overflows =
      __builtin_sub_overflow(offset_of(clock, trader), offset_of(clock, own), &skew);
  const bool agrees = !overflows && skew >= -largest_skew_ns && skew <= largest_skew_ns;
  return agrees ? shm::RejectCode::none : shm::RejectCode::clock_skew;
}

std::uint32_t probes_since(GateRuntime& gate) noexcept {
  if (gate.state != GateState::probing) return 0;
  const shm::Allowance allowance = gate.verdict.allowance;
  if (gate.probe_epoch != allowance.epoch) {
    gate.probe_epoch = allowance.epoch;
    gate.probes_seen = 0;
  }
  // relaxed: the word is the whole message.
  const shm::Allowance spent =
      shm::spent_of_word(gate.segment->view.ack(gate.slot).spent.load(std::memory_order_relaxed));
  if (spent.epoch != allowance.epoch) return 0;
  // The trader may write any number: no more than it was allowed, and never less.
  const std::uint32_t seen = std::min(spent.probes, allowance.probes);
  const std::uint32_t since = seen > gate.probes_seen ? seen - gate.probes_seen : 0;
  gate.probes_seen += since;
  return since;
}

bool lease_ran_out(const GateRuntime& gate, const Now& now, nanoseconds lease,
                   shm::TickSource ticks) noexcept {
  if (gate.granted != nanoseconds{}) return now.steady - gate.granted > lease;
  if (gate.word_is_known) return false;
  // relaxed: the word is the whole message.
  const std::uint64_t word =
      gate.segment->control.gate(gate.slot).word.load(std::memory_order_relaxed);
  return shm::lease_has_run_out(word, ticks(gate.segment->clock().kind));
}

Enforced enforce(GateRuntime& gate, const Enforcement& wanted) noexcept {
  std::atomic<std::uint64_t>& word = gate.segment->control.gate(gate.slot).word;
  const bool first = !gate.word_is_known;
  if (first) {
    // relaxed: the word is the whole message.
    gate.word = word.load(std::memory_order_relaxed);
    gate.word_is_known = true;
    // An earlier sidecar may have left a lease or a halt; a kill is somebody's will.
    const bool killed = gate.word == shm::closed_word(GateState::killed);
    if (killed && wanted.verdict.state != GateState::killed) return Enforced::found_kill;
  }
  const bool is_same_state = !first && gate.state == wanted.verdict.state;
  const bool is_same_news = is_same_state && gate.verdict.scope == wanted.verdict.scope &&
                            gate.verdict.rule == wanted.verdict.rule &&
                            gate.verdict.reason == wanted.verdict.reason &&
                            gate.verdict.minutes_left == wanted.verdict.minutes_left &&
                            gate.verdict.also_count == wanted.verdict.also_count;
  renew_code(gate, wanted);
  const std::uint64_t next = wanted_word(gate, wanted);
  // Untouched words are not even read: the line stays with the trader.
  if (next == gate.word && is_same_news) return Enforced::unchanged;
  if (const Enforced done = put(gate, next); done != Enforced::changed) return done;
  gate.granted = wanted.verdict.state == GateState::trading
                     ? (wanted.renew ? wanted.time.steady : gate.granted)
                     : nanoseconds{};
  gate.verdict = wanted.verdict;
  gate.reason = protection::ReasonText{wanted.verdict.reason};
  gate.verdict.reason = gate.reason.view();
  if (is_same_news) return Enforced::unchanged;
  gate.state = wanted.verdict.state;
  show(gate, wanted, wanted.now);
  return is_same_state ? Enforced::unchanged : Enforced::changed;
}

}  // namespace outrider
