// SPDX-License-Identifier: Apache-2.0
// The cold side of the handles: where refused ones point, what a closed gate
// says, and the check of a handle's thread.
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "outrider/shm/heartbeat.hpp"
#include "state.hpp"

namespace outrider {
namespace detail {
namespace {

// What refused handles write: nobody reads it, several threads may hold one.
std::atomic<std::uint64_t> nowhere{0};
shm::LaneHeader null_lane_header{};
shm::SpillHeader null_spill_header{};
std::array<std::atomic<std::uint64_t>, shm::BucketLayout{2}.count()> null_buckets{};
/// A gate that is closed whatever stamp it is asked with.
struct ClosedGate {
  shm::GateSlot slot{};
  ClosedGate() {
    // relaxed: before anybody can ask.
    slot.word.store(shm::closed_word(GateState::unarmed), std::memory_order_relaxed);
  }
};

const shm::GateSlot& null_gate() {
  static const ClosedGate gate;
  return gate.slot;
}

shm::GateAck null_ack{};
WriterGuard anybody{};

}  // namespace

std::atomic<std::uint64_t>& null_word() noexcept {
  return nowhere;
}
Cell null_cell() noexcept {
  return {nowhere, true, anybody, 0};
}
const WriterGuard& null_guard() noexcept {
  return anybody;
}

shm::RingWriter& null_writer() noexcept {
  static shm::RingWriter writer = [] {
    static shm::Sample slot{};
    shm::RingWriter closed;
    closed.open({&null_lane_header, {}, {}, {&slot, 1}}, nowhere, true);
    return closed;
  }();
  return writer;
}

const shm::HistogramCells& null_histogram() noexcept {
  static const shm::HistogramCells cells = [] {
    shm::HistogramCells none;
    none.in_ticks = false;
    none.spill = {&null_spill_header, {}, null_buckets};
    return none;
  }();
  return cells;
}

void check_writer(const WriterGuard& guard, std::uint64_t claim) noexcept {
  // relaxed: only the owner's own view matters; anybody else's call ends here.
  if (claim == 0) return;
  if (guard.claim.load(std::memory_order_relaxed) != claim) {
    std::fputs("outrider: a handle was used after its Writer had gone\n", stderr);
    std::abort();
  }
  // relaxed: as above.
  if (guard.tid.load(std::memory_order_relaxed) != static_cast<std::uint32_t>(::gettid())) {
    std::fputs("outrider: a handle was used by a thread that does not own its Writer\n", stderr);
    std::abort();
  }
}

}  // namespace detail

Histogram::Histogram() noexcept
    : Histogram{detail::null_writer(), detail::null_histogram(), detail::null_guard(), 0} {}

Gate::Gate() noexcept : Gate{detail::null_gate(), detail::null_ack} {}

GateState Gate::state() const noexcept {
  // relaxed: the word is the whole message.
  return state_at(slot_->word.load(std::memory_order_relaxed), ticks());
}

// Any thread may spend, so the trader's own word is changed by compare-and-swap:
// the one locked instruction of the library, and only while PROBING.
bool Gate::spend_probe(std::uint64_t word) noexcept {
  const shm::Allowance allowance = shm::allowance_of_word(word);
  // relaxed, all here: the word is the whole message.
  std::uint64_t found = ack_->spent.load(std::memory_order_relaxed);
  while (true) {
    const shm::Allowance before = shm::spent_of_word(found);
    const std::uint32_t spent = before.epoch == allowance.epoch ? before.probes : 0;
    if (spent >= allowance.probes) return false;
    const std::uint64_t next = shm::spent_word({allowance.epoch, spent + 1});
    // relaxed: as above.
    if (ack_->spent.compare_exchange_weak(found, next, std::memory_order_relaxed)) return true;
  }
}

GateState Gate::state_at(std::uint64_t word, Ticks now) const noexcept {
  // relaxed: a stamp on its own; an old one only closes.
  return shm::state_of_gate(word, slot_->guarded_until.load(std::memory_order_relaxed), now);
}

// Nobody is there to say it now: what the operator chose while somebody was. A gate that
// new orders could not pass before they cannot pass now.
bool Gate::outlives_its_lease(OrderKind kind, std::uint64_t word, Ticks now) const noexcept {
  const bool was_open = (word & shm::closed_bit) == 0;
  // relaxed, all here: each on its own.
  const std::uint64_t lease =
      was_open ? word : slot_->guarded_until.load(std::memory_order_relaxed);
  const std::uint64_t chosen = slot_->on_stale.load(std::memory_order_relaxed);
  if (!shm::lease_has_run_out(lease, now)) return false;
  const bool keeps_going = chosen == static_cast<std::uint64_t>(OnStale::keep_going);
  if (kind == OrderKind::enter) return was_open && keeps_going;
  return keeps_going || chosen == static_cast<std::uint64_t>(OnStale::reduce_only);
}

bool Gate::permits(OrderKind kind) noexcept {
  const Ticks now = ticks();
  // relaxed: a number to compare; the detail behind it is not read here.
  const std::uint64_t version = slot_->version.load(std::memory_order_relaxed);
  // relaxed: any thread may note the first refusal; the same news twice is no harm.
  if (ack_->version.load(std::memory_order_relaxed) != version) {
    ack_->ticks.store(now.raw(), std::memory_order_relaxed);
    // sync(gate-ack): release, pairs with the sidecar's look. The time is there
    // before the version it belongs to.
    ack_->version.store(version, std::memory_order_release);
  }
  // relaxed: the word is the whole message.
  const std::uint64_t word = slot_->word.load(std::memory_order_relaxed);
  switch (state_at(word, now)) {
    case GateState::trading:
      return true;
    case GateState::probing:
      return kind != OrderKind::enter || spend_probe(word);
    case GateState::reduce_only:
      return kind != OrderKind::enter;
    case GateState::stale:
      return kind == OrderKind::cancel || outlives_its_lease(kind, word, now);
    default:
      return kind == OrderKind::cancel;
  }
}

GateView Gate::view() const {
  const shm::GateDetail detail = shm::load_detail(*slot_);
  return {state(), detail.reason, detail.scope, detail.since_wall_ms, detail.since};
}

}  // namespace outrider
