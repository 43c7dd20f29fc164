// SPDX-License-Identifier: Apache-2.0
// The test's own account of a round, in memory that is no part of any segment:
// the stepped processes write down what they have done, and what a recovery
// finds is judged by it. A call counts here once it has returned, so the one
// that a crash interrupts is the only one that may be there or not.
#pragma once

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <functional>
#include <string>

namespace outrider::crash {

enum class Side : std::uint8_t { trader = 0, sidecar = 1 };

struct Ledger {
  std::atomic<std::uint64_t> completed;             ///< calls of the script that returned
  std::array<std::atomic<std::uint64_t>, 2> done;   ///< by side: its part has ended
  std::array<std::atomic<std::uint64_t>, 13> fact;  ///< whatever a scenario writes down
};
static_assert(sizeof(Ledger) == 128);

/// One run of a scenario: what its processes and its judge share.
struct Round {
  std::string directory;  ///< the segment directory that the processes use
  std::uint64_t seed = 0;
  std::uint64_t life = 0;  ///< how often both were killed in this round
  Ledger* ledger = nullptr;
  std::function<void()> refresh;  ///< for the judge: the copy as it was

  /// In a stepped process: stop here until the tracer goes on. What comes after
  /// its last stand is stepped.
  void stand() const { std::raise(SIGSTOP); }
  [[nodiscard]] bool has_done(Side side) const noexcept {
    // relaxed: the other side stands still, or will be looked at again.
    return ledger->done[static_cast<std::size_t>(side)].load(std::memory_order_relaxed) != 0;
  }
  /// In a stepped process: nothing of interest follows.
  void done(Side side) const {
    // relaxed: the tracer looks while the process stands still.
    ledger->done[static_cast<std::size_t>(side)].store(1, std::memory_order_relaxed);
    for (;;) stand();
  }
};

/// A seeded number for step `number`, the same in every process.
constexpr std::uint64_t mix(std::uint64_t seed, std::uint64_t number) noexcept {
  std::uint64_t x = seed * 0x9E37'79B9'7F4A'7C15 + number + 0x7F4A'7C15;
  x = (x ^ (x >> 30)) * 0xBF58'476D'1CE4'E5B9;
  x = (x ^ (x >> 27)) * 0x94D0'49BB'1331'11EB;
  return x ^ (x >> 31);
}

}  // namespace outrider::crash
