// SPDX-License-Identifier: Apache-2.0
// The gate's lease word: one 64-bit word that an order checks. Zero and every
// word that is not a lease still running mean closed, so forgetting, crashing
// and corruption all fail shut.
#pragma once

#include <cstdint>
#include <string_view>

#include "outrider/shm/ticks.hpp"

namespace outrider {

/// What a gate is, in the words people are shown. Ordered: of several scopes
/// the larger wins. `stale` is never stored: it is a lease that ran out.
enum class GateState : std::uint8_t {
  trading = 0,
  probing = 1,
  reduce_only = 2,
  halted = 3,
  unarmed = 4,
  killed = 5,
  stale = 6,
};

constexpr std::string_view to_string(GateState state) noexcept {
  switch (state) {
    case GateState::trading:
      return "TRADING";
    case GateState::probing:
      return "PROBING";
    case GateState::reduce_only:
      return "REDUCE_ONLY";
    case GateState::halted:
      return "HALTED";
    case GateState::unarmed:
      return "UNARMED";
    case GateState::killed:
      return "KILLED";
    case GateState::stale:
      return "STALE";
  }
  return "UNARMED";
}

/// What may still go out when a lease has run out because no sidecar renews it. Each
/// includes the ones before.
enum class OnStale : std::uint8_t {
  halt = 0,         ///< cancels only
  reduce_only = 1,  ///< and reducing orders
  keep_going = 2,   ///< everything, without protection
};

namespace shm {

/// A lease may run this many ticks ahead, no more: 5.7 s at 3 GHz, 17 s on the
/// nanosecond clock. A stamp of another clock misses the range and finds the
/// gate closed.
inline constexpr unsigned lease_range_bits = 34;

inline constexpr std::uint64_t closed_bit = std::uint64_t{1} << 63;

/// The word of a gate that is closed for a reason.
constexpr std::uint64_t closed_word(GateState state) noexcept {
  return closed_bit | static_cast<std::uint64_t>(state);
}

/// How many new orders a gate that is PROBING lets through, and for which probing:
/// what was spent of another one does not count against this.
struct Allowance {
  std::uint32_t epoch = 0;  ///< below 2^31; never 0 while PROBING
  std::uint32_t probes = 0;

  friend bool operator==(const Allowance&, const Allowance&) = default;
};
inline constexpr std::uint32_t most_probes = 0xffff;
inline constexpr std::uint32_t epoch_mask = 0x7fff'ffff;

/// PROBING and its allowance in one word, so that a kill takes both away at once:
/// code in bits 0 to 7, probes in 8 to 23, epoch in 32 to 62.
constexpr std::uint64_t probing_word(const Allowance& allowance) noexcept {
  const std::uint64_t probes = allowance.probes < most_probes ? allowance.probes : most_probes;
  const std::uint64_t epoch = allowance.epoch & epoch_mask;
  return closed_word(GateState::probing) | probes << 8 | epoch << 32;
}

/// What is in a word that is PROBING.
constexpr Allowance allowance_of_word(std::uint64_t word) noexcept {
  return {static_cast<std::uint32_t>(word >> 32) & epoch_mask,
          static_cast<std::uint32_t>(word >> 8) & most_probes};
}

/// What a trader has spent, as it keeps it for the sidecar to see.
constexpr std::uint64_t spent_word(const Allowance& spent) noexcept {
  return std::uint64_t{spent.epoch} << 32 | spent.probes;
}
constexpr Allowance spent_of_word(std::uint64_t word) noexcept {
  return {static_cast<std::uint32_t>(word >> 32), static_cast<std::uint32_t>(word)};
}

/// Open while the lease in `word` still runs at `now`.
constexpr bool lease_runs(std::uint64_t word, Ticks now) noexcept {
  return ((word - now.raw()) >> lease_range_bits) == 0;
}

/// A lease that has run out, and not the stamp of another clock: half of all words lie
/// in the past.
constexpr bool lease_has_run_out(std::uint64_t word, Ticks now) noexcept {
  return word != 0 && (word & closed_bit) == 0 && word < now.raw();
}

/// What `word` means at `now`. Zero is UNARMED: nobody has granted it yet.
constexpr GateState state_of_word(std::uint64_t word, Ticks now) noexcept {
  if (word == 0) return GateState::unarmed;
  if ((word & closed_bit) != 0) {
    const std::uint64_t code = word & 0xff;
    // A code that we never write is somebody else's: shut as firmly as we can.
    if (code == 0 || code >= static_cast<std::uint64_t>(GateState::stale)) return GateState::killed;
    return static_cast<GateState>(code);
  }
  return lease_runs(word, now) ? GateState::trading : GateState::stale;
}

/// A state that lets orders out by its code, without a stamp in the word.
constexpr bool allows_by_code(GateState state) noexcept {
  return state == GateState::probing || state == GateState::reduce_only;
}

/// As state_of_word, of a whole gate: what lets orders out by its code does so as long as somebody
/// guards, too.
constexpr GateState state_of_gate(std::uint64_t word, std::uint64_t guarded_until,
                                  Ticks now) noexcept {
  const GateState state = state_of_word(word, now);
  return allows_by_code(state) && !lease_runs(guarded_until, now) ? GateState::stale : state;
}

}  // namespace shm
}  // namespace outrider
