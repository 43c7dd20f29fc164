// SPDX-License-Identifier: Apache-2.0
// Counts. Copyable handles; recording is inline, wait-free and noexcept. One
// writer thread: the one that asked its Writer for the handle.
#pragma once

#include <cstdint>

#include "outrider/detail.hpp"

namespace outrider {

/// A count that only grows. Exported as the sum over all threads and, across
/// restarts of the trader, over all its generations.
class Counter {
 public:
  /// Counts nowhere until it is assigned.
  Counter() noexcept : cell_{detail::null_cell()} {}
  explicit Counter(const detail::Cell& cell) noexcept : cell_{cell} {}

  void inc() noexcept { cell_.add(1); }
  void add(std::uint64_t n) noexcept { cell_.add(n); }

 private:
  detail::Cell cell_;
};

/// A count that goes up and down, such as orders in flight. Exported as the sum
/// over all threads, so that one thread may take away what another added. Starts
/// at zero with each start of the trader.
class UpDownCounter {
 public:
  UpDownCounter() noexcept : cell_{detail::null_cell()} {}
  explicit UpDownCounter(const detail::Cell& cell) noexcept : cell_{cell} {}

  void add(std::int64_t n) noexcept { cell_.add(static_cast<std::uint64_t>(n)); }
  void sub(std::int64_t n) noexcept { cell_.add(0 - static_cast<std::uint64_t>(n)); }

 private:
  detail::Cell cell_;
};

}  // namespace outrider
