// SPDX-License-Identifier: Apache-2.0
// The storm's own account of what was recorded, in memory that no product code
// touches. A call is begun, made and done; one that a kill interrupts may count
// or not, and nothing else may. The writer's threads write it, the parent reads
// it when they are dead.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace outrider::storm {

inline constexpr const char* producer_name = "oms";

/// Histograms of the writer; the second one is registered late, by whichever
/// thread first needs it.
inline constexpr std::size_t series_count = 2;
inline constexpr std::array<const char*, series_count> series_names{"early", "late"};
inline constexpr std::array<double, 3> bounds{100, 1'001, 5'000};

/// What is recorded: both sides of each bound, ends of the range, both halves of
/// a sum.
inline constexpr std::array<std::uint64_t, 16> values{0,
                                                      1,
                                                      99,
                                                      100,
                                                      101,
                                                      1'000,
                                                      1'001,
                                                      1'002,
                                                      4'999,
                                                      5'000,
                                                      5'001,
                                                      70'000,
                                                      (std::uint64_t{1} << 32) - 1,
                                                      (std::uint64_t{1} << 32) + 1,
                                                      (std::uint64_t{1} << 40) + 12'345,
                                                      (std::uint64_t{1} << 47) - 1};

/// Which series and value call number `call` of a thread records.
struct Call {
  std::size_t series;
  std::size_t value;
};
constexpr Call call_of(std::uint64_t call) noexcept {
  const std::uint64_t mixed = call * 0x9E37'79B9'7F4A'7C15U;
  return {(mixed >> 40) % 5 == 0 ? 1U : 0U, (mixed >> 50) % values.size()};
}

/// How often each value was recorded, by series.
template <class Word>
using Tally = std::array<std::array<Word, values.size()>, series_count>;

/// One thread's calls.
struct alignas(128) ThreadLedger {
  std::atomic<std::uint64_t> begun;
  std::atomic<std::uint64_t> done;
  Tally<std::atomic<std::uint64_t>> recorded;  ///< of those done
  std::atomic<std::uint64_t> count_begun;      ///< the same for increments of the counter
  std::atomic<std::uint64_t> count_done;
};

/// Threads of the writer: one more than there are lanes, so that one shares.
inline constexpr std::size_t writer_threads = 2;

/// What a process is about: where the kills fell.
enum class WriterPhase : std::uint64_t { birth, records, ends };
enum class ReaderPhase : std::uint64_t { starts, binds, drains, sweeps, retires, removes };
inline constexpr std::size_t writer_phases = 3;
inline constexpr std::size_t reader_phases = 6;

struct Ledger {
  std::array<ThreadLedger, writer_threads> threads;
  std::atomic<std::uint64_t> stop;  ///< the parent's wish for an end in good order
  std::atomic<WriterPhase> writer_phase;
  std::atomic<ReaderPhase> reader_phase;
  std::atomic<std::uint64_t> seen_drained;  ///< the most that a reader has shown to anybody
  std::atomic<std::uint64_t> seen_counted;
  std::atomic<std::uint64_t> lane_changes;
};

/// What may have counted although its call was never done.
struct InFlight {
  Tally<std::uint64_t> recorded{};
  std::uint64_t counted = 0;
  std::uint64_t calls = 0;
};

}  // namespace outrider::storm
