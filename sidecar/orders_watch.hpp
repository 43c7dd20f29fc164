// SPDX-License-Identifier: Apache-2.0
// Whether a trader whose gates are all KILLED goes on sending orders. Pure: kept by
// the guard, which says what it sees.
#pragma once

#include <chrono>
#include <cstdint>

namespace outrider {

/// The trader's own count.
struct OrdersSeen {
  double sum = 0;
  std::uint64_t basis = 0;  ///< of which counters; with another basis nothing is compared
};

struct OrdersPatience {
  std::chrono::nanoseconds after{};  ///< orders on their way when the kill came
  std::chrono::nanoseconds grace{};  ///< for a trader that was told
};

enum class OrdersNews : std::uint8_t { none, flow, go_on };

class OrdersWatch {
 public:
  /// Orders count from `after` the kill on, by the first look after it. They flow at the
  /// first of them, and go on at the first one a grace after that was told, or later.
  OrdersNews look(bool is_killed, OrdersSeen orders, std::chrono::nanoseconds now,
                  OrdersPatience patience) noexcept {
    if (!is_killed) {
      *this = {};
      return OrdersNews::none;
    }
    if (phase_ == Phase::open) {
      phase_ = Phase::patient;
      since_ = now;
    }
    if (phase_ == Phase::patient) {
      if (now - since_ < patience.after) return OrdersNews::none;
      phase_ = Phase::watching;
      seen_ = orders;
      return OrdersNews::none;
    }
    const OrdersSeen before = seen_;
    seen_ = orders;
    // False for what is no number; a counter that fell begins anew, and so does a
    // sum over other counters: what a new one holds was sent who knows when.
    const bool flow = orders.basis == before.basis && orders.sum > before.sum;
    if (!flow) return OrdersNews::none;
    after_kill_ += orders.sum - before.sum;
    const bool was_told = phase_ == Phase::told;
    if (was_told && now - since_ < patience.grace) return OrdersNews::none;
    phase_ = Phase::told;
    since_ = now;
    return was_told ? OrdersNews::go_on : OrdersNews::flow;
  }

  /// Of the kill that is in force.
  [[nodiscard]] double orders_after_kill() const noexcept { return after_kill_; }

 private:
  enum class Phase : std::uint8_t { open, patient, watching, told };
  Phase phase_ = Phase::open;
  std::chrono::nanoseconds since_{};  ///< the kill, or when it was told last
  OrdersSeen seen_;
  double after_kill_ = 0;
};

}  // namespace outrider
