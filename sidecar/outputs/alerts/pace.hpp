// SPDX-License-Identifier: Apache-2.0
// When a receiver may be asked again: backoff after each failure, a breaker
// after several, and a rate limit. Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace outrider::alerts {

using std::chrono::nanoseconds;

/// So many requests a minute, and as many at once after a quiet minute.
class RateLimit {
 public:
  explicit RateLimit(std::uint32_t per_minute) : per_minute_(per_minute), tokens_(per_minute) {}

  [[nodiscard]] bool has_room(nanoseconds now) {
    const std::chrono::duration<double, std::ratio<60>> minutes = now - counted_;
    tokens_ = std::min(tokens_ + std::max(minutes.count(), 0.0) * per_minute_, per_minute_);
    counted_ = now;
    return tokens_ >= 1;
  }
  /// Also when there is no room: what must not wait is paid for later.
  void take() { tokens_ -= 1; }

 private:
  double per_minute_;
  double tokens_;
  nanoseconds counted_{};
};

enum class BreakerState : std::uint8_t { closed, open, half_open };

/// "closed", "open", "half_open".
std::string_view breaker_word(BreakerState state);

class Pace {
 public:
  static constexpr unsigned failures_to_open = 5;
  static constexpr std::chrono::minutes open_for{5};
  static constexpr std::chrono::milliseconds first_pause{500};
  static constexpr std::chrono::seconds longest_pause{60};

  /// A kill waits for the backoff, never for the breaker.
  [[nodiscard]] bool admits(bool is_kill, nanoseconds now) const {
    return now >= not_before_ && (is_kill || state(now) != BreakerState::open);
  }
  [[nodiscard]] BreakerState state(nanoseconds now) const {
    if (failures_ < failures_to_open) return BreakerState::closed;
    return now < open_until_ ? BreakerState::open : BreakerState::half_open;
  }

  void succeeded() { *this = Pace{}; }
  /// `jitter` from 0 to 1: receivers that failed together are not asked together.
  /// What the receiver itself has said counts before our own idea.
  void failed(nanoseconds now, std::optional<nanoseconds> retry_after, double jitter);

 private:
  unsigned failures_ = 0;
  nanoseconds not_before_ = nanoseconds::min();
  nanoseconds open_until_{};
};

}  // namespace outrider::alerts
