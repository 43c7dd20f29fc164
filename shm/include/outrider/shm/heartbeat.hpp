// SPDX-License-Identifier: Apache-2.0
// words that belong together and are replaced together, without a lock: the
// heartbeat's pair of clocks, and short text. One writer; a reader that meets a
// replacement says so instead of returning halves.
#pragma once

#include <array>
#include <atomic>
#include <cstring>
#include <string>
#include <string_view>

#include "outrider/shm/gate_word.hpp"
#include "outrider/shm/layout.hpp"

namespace outrider::shm {

struct Beat {
  std::uint64_t count = 0;  ///< beats so far; 0: none yet
  std::uint64_t ticks = 0;
  std::uint64_t ns = 0;
};

/// The beat's owner only.
inline void beat(Heartbeat& heartbeat, Ticks ticks, std::uint64_t ns) noexcept {
  // relaxed: the owner reads back what it wrote itself. A sidecar before this one may
  // have been killed in the middle of a beat: the odd count that it left stays.
  const std::uint64_t begun = heartbeat.count.load(std::memory_order_relaxed) | 1;
  // relaxed: the releases below keep the odd count in front of the new pair.
  heartbeat.count.store(begun, std::memory_order_relaxed);
  // sync(beat-pair): release, pairs with read_beat. Whoever sees one of these
  // sees the odd count before it, and so knows that the pair is in flux.
  heartbeat.ticks.store(ticks.raw(), std::memory_order_release);
  heartbeat.ns.store(ns, std::memory_order_release);
  // sync(beat-count): release, pairs with read_beat. The pair is whole.
  heartbeat.count.store(begun + 1, std::memory_order_release);
}

inline void beat(Heartbeat& heartbeat, const ClockPair& now) noexcept {
  beat(heartbeat, Ticks::from_raw(now.ticks), now.ns);
}

/// False while the pair is being replaced: look again at the next pass.
inline bool read_beat(const Heartbeat& heartbeat, Beat& out) noexcept {
  // sync(beat-count): acquire, pairs with beat. The pair read below is at least
  // as new as this count.
  const std::uint64_t before = heartbeat.count.load(std::memory_order_acquire);
  // sync(beat-pair): acquire, pairs with beat. The count read after these is at
  // least as new as they are.
  const std::uint64_t ticks = heartbeat.ticks.load(std::memory_order_acquire);
  const std::uint64_t ns = heartbeat.ns.load(std::memory_order_acquire);
  // relaxed: the acquires above keep this load behind them.
  if ((before & 1) != 0 || heartbeat.count.load(std::memory_order_relaxed) != before) return false;
  out = {before / 2, ticks, ns};
  return true;
}

/// Text of at most `words * 8` bytes in atomic words, cut and padded with NUL.
template <std::size_t words>
void store_text(std::array<std::atomic<std::uint64_t>, words>& to, std::string_view text) noexcept {
  std::array<char, words * 8> bytes{};
  text.copy(bytes.data(), bytes.size());
  for (std::size_t i = 0; i < words; ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i * 8, 8);
    // sync(text): release, pairs with load_bytes. A reader that sees a new word
    // sees the odd version stored before it.
    to[i].store(word, std::memory_order_release);
  }
}

template <std::size_t words>
void load_bytes(const std::array<std::atomic<std::uint64_t>, words>& from,
                std::array<char, words * 8>& bytes) noexcept {
  for (std::size_t i = 0; i < words; ++i) {
    // sync(text): acquire, pairs with store_text. The version read after this is
    // at least as new as this word.
    const std::uint64_t word = from[i].load(std::memory_order_acquire);
    std::memcpy(bytes.data() + i * 8, &word, 8);
  }
}

template <std::size_t words>
std::string load_text(const std::array<std::atomic<std::uint64_t>, words>& from) {
  std::array<char, words * 8> bytes{};
  load_bytes(from, bytes);
  return {bytes.data(), strnlen(bytes.data(), bytes.size())};
}

/// What a gate slot says beside its word; `Text` is a view on the writing side.
template <class Text>
struct BasicGateDetail {
  GateState state = GateState::unarmed;
  std::uint64_t since_wall_ms = 0;
  Ticks since = {};
  Text scope = {};
  Text reason = {};
};
using GateDetail = BasicGateDetail<std::string>;

/// The sidecar only. Nothing is allocated.
inline void store_detail(GateSlot& slot, const BasicGateDetail<std::string_view>& detail) noexcept {
  // relaxed: the sidecar reads back what it wrote itself, or what one before it did
  // that was killed in between: the odd version that it left stays.
  const std::uint64_t begun = slot.version.load(std::memory_order_relaxed) | 1;
  // relaxed: the releases below keep the odd version in front of the new words.
  slot.version.store(begun, std::memory_order_relaxed);
  // sync(gate-detail-words): release, pairs with load_detail: see the heartbeat.
  slot.state.store(static_cast<std::uint64_t>(detail.state), std::memory_order_release);
  slot.since_wall_ms.store(detail.since_wall_ms, std::memory_order_release);
  slot.since_ticks.store(detail.since.raw(), std::memory_order_release);
  store_text(slot.scope, detail.scope);
  store_text(slot.reason, detail.reason);
  // sync(gate-detail): release, pairs with load_detail. The words are whole.
  slot.version.store(begun + 1, std::memory_order_release);
}

/// Cold. Tries a few times; a slot that never stands still gives what it has.
inline GateDetail load_detail(const GateSlot& slot) {
  GateDetail detail;
  for (int attempt = 0; attempt < 8; ++attempt) {
    // sync(gate-detail): acquire, pairs with store_detail.
    const std::uint64_t before = slot.version.load(std::memory_order_acquire);
    // sync(gate-detail-words): acquire, pairs with store_detail.
    const std::uint64_t state = slot.state.load(std::memory_order_acquire);
    detail.since_wall_ms = slot.since_wall_ms.load(std::memory_order_acquire);
    detail.since = Ticks::from_raw(slot.since_ticks.load(std::memory_order_acquire));
    detail.state = state <= static_cast<std::uint64_t>(GateState::stale)
                       ? static_cast<GateState>(state)
                       : GateState::unarmed;
    detail.scope = load_text(slot.scope);
    detail.reason = load_text(slot.reason);
    // relaxed: the acquires above keep this load behind them.
    const std::uint64_t after = slot.version.load(std::memory_order_relaxed);
    if (before == after && (before & 1) == 0) break;
  }
  return detail;
}

}  // namespace outrider::shm
