// SPDX-License-Identifier: Apache-2.0
// A histogram as the sidecar knows it: everything ever counted, and rolling
// windows over the last seconds. A window is a difference of two cumulative
// states, so a sample costs one increment here, however many windows there are.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "drain/drainer.hpp"

namespace outrider::aggregate {

using std::chrono::nanoseconds;

/// A rolling window of `slots` slots; it covers the last `slots - 1` whole slots
/// and the one under way, so between length - slot and length.
struct WindowSpec {
  std::chrono::seconds length;
  std::chrono::seconds slot;
  const char* text;  ///< value of the label `window`
  [[nodiscard]] constexpr std::size_t slots() const {
    return static_cast<std::size_t>(length / slot);
  }
};
inline constexpr std::array<WindowSpec, 3> windows{{
    {std::chrono::seconds{10}, std::chrono::seconds{1}, "10s"},
    {std::chrono::seconds{60}, std::chrono::seconds{5}, "60s"},
    {std::chrono::seconds{300}, std::chrono::seconds{30}, "300s"},
}};

inline constexpr std::array<double, 6> quantiles{0.5, 0.9, 0.95, 0.99, 0.999, 0.9999};

/// Samples that a quantile needs before it says anything: 100 for p99, 1000 for
/// p99.9; with fewer it would be the maximum under another name.
constexpr std::uint64_t samples_needed(double quantile) {
  return static_cast<std::uint64_t>(1.0 / (1.0 - quantile) + 0.5);
}

/// The largest value of a window, and where it came from.
struct Maximum {
  std::uint64_t value = 0;  ///< kept units
  std::uint64_t stamp = 0;  ///< ticks of the producer's clock; 0: it was spilled
  std::uint32_t lane = 0;
};

/// What a window holds, computed once for each pass that asks.
struct WindowSummary {
  std::uint64_t count = 0;
  double sum = 0;                                        ///< kept units
  std::array<std::uint64_t, quantiles.size()> values{};  ///< kept units
  Maximum maximum;
  bool censored = false;  ///< samples were spilled in it: when they were seen is not known
};

class Histogram {
 public:
  /// Starts from nothing, as a new row does. Discovery thread.
  Histogram(const drain::Row& row, nanoseconds now);
  /// Starts from what the checkpoint holds. Discovery thread, before the guard has it.
  Histogram(const drain::Row& row, const drain::HistogramCells& cells, nanoseconds now);

  /// Guard thread, all below.
  void add(const drain::Observation& seen) noexcept;
  void add_spilled(std::uint32_t bucket, std::uint64_t count) noexcept;
  void add_spilled_cut(std::size_t bound, std::uint64_t count) noexcept { cuts_[bound] += count; }
  void add_spilled_sum(std::uint64_t low, std::uint64_t high) noexcept {
    sum_ += low + (static_cast<shm::Uint128>(high) << 32);
    ++version_;
  }

  /// Moves the windows on. At every pass, before observations are added.
  void rotate(nanoseconds now) noexcept;

  [[nodiscard]] const drain::Row& row() const noexcept { return row_; }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] double sum() const noexcept { return static_cast<double>(sum_); }  ///< kept units

  /// Samples at or below registered bound `bound`: exact.
  [[nodiscard]] std::uint64_t count_up_to(std::size_t bound) const noexcept;

  /// `window` < windows.size().
  [[nodiscard]] const WindowSummary& summary(std::size_t window) const noexcept;

 private:
  /// calloc leaves pages untouched until a bucket on them is counted.
  struct Free {
    void operator()(std::uint64_t* words) const noexcept { std::free(words); }
  };
  using Words = std::unique_ptr<std::uint64_t[], Free>;
  static Words zeroes(std::size_t count);

  /// State at the beginning of a slot, and the largest value seen since.
  struct Slot {
    Words counts;
    std::uint64_t count = 0;
    shm::Uint128 sum = 0;
    Maximum maximum;
    bool censored = false;
  };
  struct Window {
    std::vector<Slot> slots;
    std::size_t current = 0;
    nanoseconds begin{};  ///< of the current slot
    mutable WindowSummary summary;
    mutable std::uint64_t computed_at = ~std::uint64_t{0};  ///< version of the totals
  };
  void begin_windows(nanoseconds now);
  void open_slot(Window& window) noexcept;
  void compute(const Window& window) const noexcept;

  const drain::Row& row_;
  Words counts_;
  std::vector<std::uint64_t> cuts_;
  std::uint64_t count_ = 0;
  shm::Uint128 sum_ = 0;
  std::uint32_t lowest_;  ///< bucket range ever counted: nothing outside it
  std::uint32_t highest_ = 0;
  std::uint64_t version_ = 0;  ///< changes with every addition and rotation
  std::array<Window, windows.size()> windows_;
};

}  // namespace outrider::aggregate
