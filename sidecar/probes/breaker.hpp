// SPDX-License-Identifier: Apache-2.0
// Who does not answer is left alone for a while: after so many failures in a row
// open, for a time in which nothing is tried; then half open, for one try. Pure.
#pragma once

#include <chrono>
#include <cstdint>

namespace outrider::probes {

using std::chrono::nanoseconds;

class Breaker {
 public:
  enum class State : std::uint8_t { closed, open, half_open };

  /// With 0 failures it never opens.
  Breaker(std::uint32_t failures, nanoseconds pause) : failures_{failures}, pause_{pause} {}

  [[nodiscard]] State state() const { return state_; }
  /// When it may be tried again, once it has opened.
  [[nodiscard]] nanoseconds not_before() const { return not_before_; }

  void begin() {
    if (state_ == State::open) state_ = State::half_open;
  }
  void answered() {
    state_ = State::closed;
    in_a_row_ = 0;
  }
  void failed(nanoseconds now) {
    ++in_a_row_;
    const bool is_enough = failures_ != 0 && in_a_row_ >= failures_;
    if (state_ == State::closed && !is_enough) return;
    state_ = State::open;
    not_before_ = now + pause_;
  }

 private:
  std::uint32_t failures_;
  nanoseconds pause_;
  State state_ = State::closed;
  std::uint32_t in_a_row_ = 0;
  nanoseconds not_before_{};
};

}  // namespace outrider::probes
