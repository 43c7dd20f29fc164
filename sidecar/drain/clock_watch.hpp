// SPDX-License-Identifier: Apache-2.0
// Whether a tick clock goes on as its segment's constants say: a machine that is
// moved or suspended may come back with another count. Pure: readings come in.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "outrider/shm/ticks.hpp"

namespace outrider::drain {

/// A clock that moves by more than this against CLOCK_MONOTONIC has jumped.
inline constexpr std::uint64_t smallest_jump_ns = 10'000'000;

class ClockWatch {
 public:
  ClockWatch() = default;
  /// The first reading is that of the header: whoever comes later sees a jump too.
  explicit ClockWatch(const shm::TickClock& clock) noexcept
      : clock_{clock}, last_{clock.ticks0, clock.ns0}, knows_{clock.ns0 != 0} {}

  /// A later reading; whether the clock jumped, or ran wrong by as much, since the
  /// one before. CLOCK_MONOTONIC itself may be slewed by a thousandth.
  bool look(const shm::ClockPair& now) noexcept {
    const shm::ClockPair before = last_;
    last_ = now;
    if (!std::exchange(knows_, true)) return false;
    const std::uint64_t elapsed = now.ns - before.ns;
    const std::uint64_t expected = clock_.interval_ticks(elapsed);
    const std::uint64_t surplus = now.ticks - before.ticks - expected;  // modulo 2^64
    const std::uint64_t tolerated = clock_.interval_ticks(smallest_jump_ns + elapsed / 1000);
    if (surplus <= tolerated || -surplus <= tolerated) return false;
    // Of one forward we know how long it was; an interval across one backward ends
    // before it begins, and the trader counts it.
    if (surplus < backward && surplus > expected) {
      jump_ = {surplus, before.ticks + expected, now.ticks - expected};
    }
    return true;
  }

  /// An interval of ticks that ended at `stop`, without the jump that it spans.
  [[nodiscard]] std::uint64_t mended(std::uint64_t interval, std::uint64_t stop) const noexcept {
    const bool spans = jump_.size != 0 && stop >= jump_.after && stop - interval <= jump_.before;
    return spans ? interval - std::min(interval, jump_.size) : interval;
  }

  /// The newest reading's stamp: what was stamped before it has been judged.
  [[nodiscard]] std::uint64_t last_ticks() const noexcept { return last_.ticks; }

 private:
  static constexpr std::uint64_t backward = std::uint64_t{1} << 63;
  struct Jump {
    std::uint64_t size = 0;
    std::uint64_t before = 0;  ///< no stamp from before it is later
    std::uint64_t after = 0;   ///< no stamp from after it is earlier
  };

  shm::TickClock clock_;
  shm::ClockPair last_;
  bool knows_ = false;
  Jump jump_;
};

}  // namespace outrider::drain
