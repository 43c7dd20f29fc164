// SPDX-License-Identifier: Apache-2.0
// The tick clock: a stamp that costs one instruction, and the constants that
// turn an interval of it into nanoseconds. A stamp has a type of its own, so
// that nanoseconds or zero cannot be passed where a stamp is meant.
#pragma once

#include <time.h>

#include <atomic>
#include <compare>
#include <cstdint>

namespace outrider {

/// A reading of the process's tick clock. Made by `ticks()`; there is no
/// constructor from an integer on purpose.
class Ticks {
 public:
  constexpr Ticks() noexcept = default;
  /// For code that stores stamps as words. Never for a number that is not one.
  [[nodiscard]] static constexpr Ticks from_raw(std::uint64_t raw) noexcept {
    Ticks stamp;
    stamp.raw_ = raw;
    return stamp;
  }
  [[nodiscard]] constexpr std::uint64_t raw() const noexcept { return raw_; }

  friend constexpr auto operator<=>(Ticks, Ticks) noexcept = default;
  /// Interval in ticks, modulo 2^64: a negative interval comes out huge.
  friend constexpr std::uint64_t operator-(Ticks later, Ticks earlier) noexcept {
    return later.raw_ - earlier.raw_;
  }

 private:
  std::uint64_t raw_ = 0;
};

namespace shm {

/// Which clock a segment's stamps are in. Part of the layout.
enum class ClockKind : std::uint32_t {
  tsc = 1,        ///< the x86 time stamp counter, invariant and synchronised
  monotonic = 2,  ///< CLOCK_MONOTONIC in nanoseconds
};

/// Whether the kernel and the CPU vouch for the time stamp counter.
bool tsc_is_trustworthy() noexcept;

/// CLOCK_MONOTONIC now, in nanoseconds. Never inlined: it would make the hot calls,
/// which read the other clock, too long to be inlined themselves.
[[gnu::noinline]] inline std::uint64_t monotonic_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec);
}

/// Reads the named clock; each side reads the one that a segment's header names.
inline Ticks ticks(ClockKind kind) noexcept {
#if defined(__x86_64__)
  if (kind == ClockKind::tsc) [[likely]] {
    return Ticks::from_raw(__builtin_ia32_rdtsc());
  }
#endif
  (void)kind;
  return Ticks::from_raw(monotonic_ns());
}

/// One reading of a tick clock and of CLOCK_MONOTONIC, taken together.
struct ClockPair {
  std::uint64_t ticks = 0;
  std::uint64_t ns = 0;
};

/// Where tick stamps come from: `ticks`, or what a test puts in its place.
using TickSource = Ticks (*)(ClockKind) noexcept;

/// Cold. A thread that is interrupted between the two readings tries again: such a
/// pair would look like a clock that has jumped.
ClockPair read_clocks(ClockKind kind, TickSource source = ticks) noexcept;

/// The clock that `outrider::ticks()` reads in this process. Set once, by the
/// first producer, before it hands out a handle.
inline std::atomic<ClockKind> process_clock{ClockKind::tsc};

__extension__ using Uint128 = unsigned __int128;

/// Turns ticks into nanoseconds: ns = ns0 + (ticks - ticks0) * mult / 2^shift.
/// The constants stand in the segment header, so both sides compute the same.
struct TickClock {
  ClockKind kind = ClockKind::monotonic;
  std::uint32_t shift = 0;
  std::uint64_t mult = 1;
  std::uint64_t ticks0 = 0;
  std::uint64_t ns0 = 0;

  /// An interval of ticks in nanoseconds, rounded down.
  [[nodiscard]] std::uint64_t interval_ns(std::uint64_t interval) const noexcept {
    return static_cast<std::uint64_t>((static_cast<Uint128>(interval) * mult) >> shift);
  }
  /// How many ticks pass in that many nanoseconds, rounded down.
  [[nodiscard]] std::uint64_t interval_ticks(std::uint64_t ns) const noexcept {
    return static_cast<std::uint64_t>((static_cast<Uint128>(ns) << shift) / mult);
  }
  /// A stamp on the CLOCK_MONOTONIC axis, nanoseconds; earlier than ticks0 too.
  [[nodiscard]] std::uint64_t stamp_ns(Ticks stamp) const noexcept {
    return stamp.raw() >= ticks0 ? ns0 + interval_ns(stamp.raw() - ticks0)
                                 : ns0 - interval_ns(ticks0 - stamp.raw());
  }
};

/// Measures the clock against CLOCK_MONOTONIC; the first call for the time
/// stamp counter takes about 20 ms, later ones take the same constants.
TickClock calibrate(ClockKind kind) noexcept;

}  // namespace shm

/// Now, by the process's tick clock: one `rdtsc` where it can be trusted.
inline Ticks ticks() noexcept {
  // relaxed: written once before any handle exists; no other data hangs on it.
  return shm::ticks(shm::process_clock.load(std::memory_order_relaxed));
}

}  // namespace outrider
