// SPDX-License-Identifier: Apache-2.0
#include "outrider/shm/ticks.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace outrider::shm {
namespace {

/// The narrowest of sixteen attempts, or the first that took less than `enough` ticks.
ClockPair read_pair(ClockKind kind, TickSource source, std::uint64_t enough) noexcept {
  ClockPair best{};
  std::uint64_t narrowest = std::numeric_limits<std::uint64_t>::max();
  for (int attempt = 0; attempt < 16 && narrowest >= enough; ++attempt) {
    const std::uint64_t before = source(kind).raw();
    const std::uint64_t ns = monotonic_ns();
    const std::uint64_t after = source(kind).raw();
    if (after - before < narrowest) {
      narrowest = after - before;
      best = {before + (after - before) / 2, ns};
    }
  }
  return best;
}

TickClock measure_tsc() noexcept {
  const ClockPair first = read_pair(ClockKind::tsc, ticks, 0);
  const timespec pause{0, 20'000'000};
  nanosleep(&pause, nullptr);
  const ClockPair last = read_pair(ClockKind::tsc, ticks, 0);

  // 32 keeps `mult` near 2^31 for counters of a few GHz: 31 bits of rate.
  constexpr std::uint32_t shift = 32;
  const std::uint64_t elapsed = std::max<std::uint64_t>(last.ticks - first.ticks, 1);
  const auto mult =
      static_cast<std::uint64_t>((static_cast<Uint128>(last.ns - first.ns) << shift) / elapsed);
  return {ClockKind::tsc, shift, std::max<std::uint64_t>(mult, 1), last.ticks, last.ns};
}

}  // namespace

ClockPair read_clocks(ClockKind kind, TickSource source) noexcept {
  constexpr std::uint64_t enough = 1 << 16;  // 20 µs at 3 GHz, 65 µs in nanoseconds
  return read_pair(kind, source, enough);
}

bool tsc_is_trustworthy() noexcept {
#if defined(__x86_64__)
  std::ifstream source{"/sys/devices/system/clocksource/clocksource0/current_clocksource"};
  std::string name;
  if (!(source >> name) || name != "tsc") return false;
  std::ifstream cpuinfo{"/proc/cpuinfo"};
  for (std::string line; std::getline(cpuinfo, line);) {
    if (!line.starts_with("flags")) continue;
    return line.find(" constant_tsc") != std::string::npos &&
           line.find(" nonstop_tsc") != std::string::npos;
  }
#endif
  return false;
}

TickClock calibrate(ClockKind kind) noexcept {
  if (kind == ClockKind::monotonic) return {};
  static const TickClock measured = measure_tsc();
  return measured;
}

}  // namespace outrider::shm
