// SPDX-License-Identifier: Apache-2.0
// What an order passes before the wire. The hot check is one load, a
// subtraction, a shift and a branch: kill switch, circuit breakers and the
// sidecar's own death in one. Whatever is not a lease still running is closed.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "outrider/shm/gate_word.hpp"
#include "outrider/shm/layout.hpp"

namespace outrider {

enum class OrderKind {
  enter,   ///< opens or adds to a position
  reduce,  ///< can only shrink a position
  cancel,  ///< takes back an order
};

/// What a closed gate has to say.
struct GateView {
  GateState state = GateState::unarmed;
  std::string reason;               ///< the rule that tripped, or who killed and why
  std::string scope;                ///< "global", "venue=binance"
  std::uint64_t since_wall_ms = 0;  ///< Unix milliseconds
  Ticks since;                      ///< the same moment by the trader\'s own clock
};

/// Copyable handle, for any thread. Valid as long as its Producer.
class Gate {
 public:
  /// Closed for ever.
  Gate() noexcept;
  Gate(const shm::GateSlot& slot, shm::GateAck& ack) noexcept : slot_{&slot}, ack_{&ack} {}

  /// Whether a new order may go out. `now` is a stamp of this iteration, read
  /// after any wait: an old stamp could meet a lease that has run out since.
  [[nodiscard]] bool open(Ticks now) const noexcept {
    // relaxed: the word is the whole message; its detail is read on the cold path.
    return shm::lease_runs(slot_->word.load(std::memory_order_relaxed), now);
  }

  /// Cold, after open() said no: whether an order of this kind may go out all the
  /// same. Cancels always may; reducing orders while REDUCE_ONLY or PROBING; while
  /// STALE what the sidecar's `protection.on_stale` allows; new ones while PROBING, as
  /// many as the allowance has, all threads together: a yes spends one. Notes the time of
  /// the first refusal for the sidecar.
  [[nodiscard]] bool permits(OrderKind kind) noexcept;

  [[nodiscard]] GateState state() const noexcept;

  /// Cold; allocates.
  [[nodiscard]] GateView view() const;

 private:
  [[nodiscard]] bool spend_probe(std::uint64_t word) noexcept;
  [[nodiscard]] GateState state_at(std::uint64_t word, Ticks now) const noexcept;
  [[nodiscard]] bool outlives_its_lease(OrderKind kind, std::uint64_t word,
                                        Ticks now) const noexcept;

  const shm::GateSlot* slot_;
  shm::GateAck* ack_;
};

}  // namespace outrider
