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

/// Open while the lease in `word` still runs at `now`.
constexpr bool lease_runs(std::uint64_t word, Ticks now) noexcept {
  return ((word - now.raw()) >> lease_range_bits) == 0;
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

}  // namespace shm
}  // namespace outrider
