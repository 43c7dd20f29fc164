// SPDX-License-Identifier: Apache-2.0
// Values that are what they are now. A gauge belongs to the process: whichever
// thread sets it last is right.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>

#include "outrider/detail.hpp"

namespace outrider {

/// A value of the moment: a double (profit and loss, price) or an integer
/// (position in lots). One store; the last one wins.
template <class Value>
class BasicGauge {
 public:
  /// Shown nowhere until it is assigned.
  BasicGauge() noexcept : cell_{&detail::null_word()} {}
  explicit BasicGauge(std::atomic<std::uint64_t>& cell) noexcept : cell_{&cell} {}

  void set(Value value) noexcept {
    // relaxed: readers want the value, not an order.
    cell_->store(std::bit_cast<std::uint64_t>(value), std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t>* cell_;
};

using Gauge = BasicGauge<double>;
using IntGauge = BasicGauge<std::int64_t>;

}  // namespace outrider
