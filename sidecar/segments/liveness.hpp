// SPDX-License-Identifier: Apache-2.0
// What a producer is doing, in five different words. Pure: the kernel's verdict
// and the heartbeat come in as arguments. A slow trader is never called dead.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace outrider::segments {

enum class ProducerState {
  live,     ///< beats and records
  idle,     ///< beats, has recorded nothing for a while
  stalled,  ///< lives, but its heartbeat stands still
  dead,     ///< the kernel says that it ended without a good-bye
  closed,   ///< ended in good order
};

inline constexpr ProducerState producer_states[] = {ProducerState::live, ProducerState::idle,
                                                    ProducerState::stalled, ProducerState::dead,
                                                    ProducerState::closed};

constexpr std::string_view to_string(ProducerState state) noexcept {
  switch (state) {
    case ProducerState::live:
      return "live";
    case ProducerState::idle:
      return "idle";
    case ProducerState::stalled:
      return "stalled";
    case ProducerState::dead:
      return "dead";
    case ProducerState::closed:
      return "closed";
  }
  return "dead";
}

struct LivenessInput {
  bool ended = false;   ///< the kernel's verdict
  bool closed = false;  ///< the trader's own good-bye
  std::chrono::nanoseconds heartbeat_age{};
  std::chrono::nanoseconds record_age{};  ///< since anything was last recorded
};

/// The library beats every 20 ms; a trader that keeps house itself every 100 ms.
inline constexpr std::chrono::milliseconds stalled_after{500};
inline constexpr std::chrono::seconds idle_after{1};

constexpr ProducerState producer_state(const LivenessInput& input) noexcept {
  if (input.closed) return ProducerState::closed;
  if (input.ended) return ProducerState::dead;
  if (input.heartbeat_age >= stalled_after) return ProducerState::stalled;
  return input.record_age >= idle_after ? ProducerState::idle : ProducerState::live;
}

}  // namespace outrider::segments
