// SPDX-License-Identifier: Apache-2.0
#include "outputs/alerts/pace.hpp"

namespace outrider::alerts {

std::string_view breaker_word(BreakerState state) {
  switch (state) {
    case BreakerState::closed:
      return "closed";
    case BreakerState::open:
      return "open";
    case BreakerState::half_open:
      break;
  }
  return "half_open";
}

void Pace::failed(nanoseconds now, std::optional<nanoseconds> retry_after, double jitter) {
  // One that is asked while the breaker is open has not been given its pause anew.
  const bool opens = failures_ + 1 >= failures_to_open && state(now) != BreakerState::open;
  const unsigned doublings = std::min(failures_, 7U);
  const nanoseconds pause = std::min<nanoseconds>(first_pause * (1U << doublings), longest_pause);
  const auto spread = std::chrono::duration_cast<nanoseconds>(pause * (0.5 + 0.5 * jitter));
  const nanoseconds asked = std::min<nanoseconds>(retry_after.value_or(nanoseconds{0}), open_for);
  not_before_ = now + std::max(spread, asked);
  ++failures_;
  if (opens) open_until_ = now + open_for;
}

}  // namespace outrider::alerts
