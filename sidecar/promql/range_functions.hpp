// SPDX-License-Identifier: Apache-2.0
// rate, changes, *_over_time and the like on one window of samples: Prometheus 2.42's
// arithmetic, operation by operation.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>

#include "promql/functions.hpp"
#include "promql/history.hpp"

namespace outrider::promql {

/// The samples of a history within [end - range, end].
class RangeWindow {
 public:
  RangeWindow(const History& history, std::chrono::nanoseconds end, std::chrono::nanoseconds range)
      : history_{history},
        end_{end},
        range_{range},
        first_{history.count_before(end - range)},
        size_{history.count_before(end + std::chrono::nanoseconds{1}) - first_} {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] const Sample& operator[](std::size_t i) const noexcept {
    return history_[first_ + i];
  }
  [[nodiscard]] const Sample& last() const noexcept { return (*this)[size_ - 1]; }
  [[nodiscard]] std::chrono::nanoseconds end() const noexcept { return end_; }
  [[nodiscard]] std::chrono::nanoseconds range() const noexcept { return range_; }

 private:
  const History& history_;
  std::chrono::nanoseconds end_{};
  std::chrono::nanoseconds range_{};
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

/// What quantile_over_time takes besides a window.
struct RangeParameter {
  double quantile = 0;
  std::span<double> scratch{};  ///< room for every sample of a window
};

/// False when the window holds too few samples for a value.
bool apply_range_function(FunctionKind kind, const RangeWindow& window, RangeParameter parameter,
                          double& value) noexcept;

}  // namespace outrider::promql
