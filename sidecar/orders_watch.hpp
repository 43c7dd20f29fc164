// SPDX-License-Identifier: Apache-2.0
// Whether a trader whose gates are all KILLED goes on sending orders. Pure: kept by
// the guard, which says what it sees.
#pragma once

#include <chrono>
#include <cstdint>

namespace outrider {

class OrdersWatch {
 public:
  /// `orders` is the trader's own count. Orders count from `patience` after the kill
  /// on, by the first look after it. True once for each kill, at the first of them.
  bool look(bool is_killed, double orders, std::chrono::nanoseconds now,
            std::chrono::nanoseconds patience) noexcept {
    if (!is_killed) {
      phase_ = Phase::open;
      after_kill_ = 0;
      return false;
    }
    if (phase_ == Phase::open) {
      phase_ = Phase::patient;
      killed_ = now;
    }
    if (phase_ == Phase::patient) {
      if (now - killed_ < patience) return false;
      phase_ = Phase::watching;
      seen_ = orders;
    }
    // Also false for what is no number; a counter that fell begins anew.
    if (!(orders > seen_)) {
      seen_ = orders;
      return false;
    }
    after_kill_ += orders - seen_;
    seen_ = orders;
    const bool first = phase_ == Phase::watching;
    phase_ = Phase::told;
    return first;
  }

  /// Of the kill that is in force.
  [[nodiscard]] double orders_after_kill() const noexcept { return after_kill_; }

 private:
  enum class Phase : std::uint8_t { open, patient, watching, told };
  Phase phase_ = Phase::open;
  std::chrono::nanoseconds killed_{};
  double seen_ = 0;
  double after_kill_ = 0;
};

}  // namespace outrider
