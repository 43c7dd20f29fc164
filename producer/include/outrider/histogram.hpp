// SPDX-License-Identifier: Apache-2.0
// Distributions: each value is one sample in the thread's ring, from which the
// sidecar makes buckets and percentiles; when the ring is full it is counted in
// the thread's own spill histogram instead. Never lost, never waits.
#pragma once

#include <cstdint>
#include <vector>

#include "outrider/detail.hpp"
#include "outrider/shm/ring.hpp"
#include "outrider/shm/series.hpp"

namespace outrider {

/// What a histogram's recorded values are. Fixed when it is registered.
struct Unit {
  shm::SeriesUnit unit;
  double scale;  ///< base units in one kept unit

  /// Tick intervals, exported in seconds: what timers record.
  static constexpr Unit ticks() noexcept { return {shm::SeriesUnit::ticks, 1e-9}; }
  static constexpr Unit nanoseconds() noexcept { return {shm::SeriesUnit::nanoseconds, 1e-9}; }
  /// Whole numbers of `scale` base units: 0.001 for milliseconds, 0.01 for cents,
  /// 1 for bytes.
  static constexpr Unit count(double scale = 1) noexcept { return {shm::SeriesUnit::count, scale}; }
};

struct HistogramOptions {
  Unit unit = Unit::ticks();
  /// `le` of the exported buckets in base units, ascending, without +Inf; printed
  /// as written here and counted exactly. Empty: for times 1 µs to 10 s in steps
  /// of 1, 2.5, 5; for counts 1 to 10^6 in steps of 1, 2, 5.
  std::vector<double> bounds = {};
  int significant_figures = 2;  ///< of percentiles: 2 (0.78 %) or 3 (0.1 %)
};

/// Copyable handle; one writer thread.
class Histogram {
 public:
  /// Records nowhere until it is assigned.
  Histogram() noexcept;
  Histogram(shm::RingWriter& writer, const shm::HistogramCells& cells,
            const detail::WriterGuard& guard, std::uint64_t claim) noexcept
      : writer_{&writer}, cells_{&cells}, guard_{&guard}, claim_{claim} {}

  /// A value in the histogram's unit, seen at `now`.
  void record(std::uint64_t value, Ticks now) noexcept {
    if constexpr (detail::checks_writers) detail::check_writer(*guard_, claim_);
    writer_->push(value, now, *cells_);
  }
  /// The same; reads the clock.
  void record(std::uint64_t value) noexcept { record(value, ticks()); }
  /// The interval between two stamps, for histograms in ticks. One that ends
  /// before it begins is counted as a clock anomaly.
  void record(Ticks start, Ticks stop) noexcept { record(stop - start, stop); }

 private:
  shm::RingWriter* writer_;
  const shm::HistogramCells* cells_;
  const detail::WriterGuard* guard_;
  std::uint64_t claim_;
};

/// Records how long its scope took. `start` may be a stamp taken earlier.
class ScopedTimer {
 public:
  explicit ScopedTimer(Histogram& histogram, Ticks start = ticks()) noexcept
      : histogram_{histogram}, start_{start} {}
  ScopedTimer(const ScopedTimer&) = delete;
  ScopedTimer& operator=(const ScopedTimer&) = delete;
  // Always inlined: clang++ else calls it, which costs as much again.
  [[gnu::always_inline]] ~ScopedTimer() { histogram_.record(start_, ticks()); }

 private:
  Histogram& histogram_;
  Ticks start_;
};

}  // namespace outrider
