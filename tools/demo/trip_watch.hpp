// SPDX-License-Identifier: Apache-2.0
// How many orders leaked: sent after the sample that breached a limit and before
// the gate's first refusal. The trader knows its own limits only as numbers to
// time by; it never stops by them.
#pragma once

#include <cstdint>
#include <optional>
#include <outrider/producer.hpp>

namespace demo {

class TripWatch {
 public:
  /// A value was about to be stored; `stamp` was read before. Counting starts at
  /// the first breach and is dropped when the value is within its limit again.
  void observe(bool is_breach, outrider::Ticks stamp) noexcept {
    if (!is_breach) {
      breached_at_.reset();
    } else if (!breached_at_) {
      breached_at_ = stamp;
      leaked_ = 0;
    }
  }
  void on_order_sent() noexcept { leaked_ += breached_at_.has_value(); }

  [[nodiscard]] std::optional<outrider::Ticks> breached_at() const noexcept { return breached_at_; }
  [[nodiscard]] std::uint64_t leaked() const noexcept { return leaked_; }

 private:
  std::optional<outrider::Ticks> breached_at_;
  std::uint64_t leaked_ = 0;
};

}  // namespace demo
