// SPDX-License-Identifier: Apache-2.0
// The recovery of one alert on one scope: one step after the other, each verified by the
// alert's end before the next is begun. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "config/recovery.hpp"

namespace outrider::recovery {

using std::chrono::nanoseconds;

/// Of the alert on the scope. Where it has no data nobody knows, which is not health.
enum class Health : std::uint8_t { clear, unknown, firing };

/// How a step ended.
enum class Result : std::uint8_t {
  recovered,     ///< the alert has ended behind it
  not_verified,  ///< it was done, and the alert has not ended in time
  failed,        ///< it could not be done
};
inline constexpr Result results[] = {Result::recovered, Result::not_verified, Result::failed};
constexpr std::string_view to_string(Result result) {
  constexpr std::string_view words[] = {"recovered", "not_verified", "failed"};
  return words[static_cast<std::size_t>(result)];
}

class Chain {
 public:
  enum class State : std::uint8_t {
    resting,
    acting,     ///< a step is under way
    verifying,  ///< it is done: does the alert end?
    exhausted,  ///< all were tried, and it fires
  };
  struct Ended {
    std::size_t step = 0;
    Result result = Result::failed;
  };
  /// What a look has found: at most one step that ended, at most one to begin.
  struct Look {
    std::optional<Ended> ended{};
    std::optional<std::size_t> begin{};
  };

  /// `config` is the same each time.
  Look look(const config::RecoveryConfig& config, Health health, nanoseconds now);
  /// The step that a look began has been done, or could not be.
  void acted(const config::RecoveryConfig& config, bool done, nanoseconds now);

  [[nodiscard]] State state() const { return state_; }
  /// As if there had never been one.
  [[nodiscard]] bool is_over(nanoseconds now) const {
    return state_ == State::resting && now >= not_before_;
  }

 private:
  Look begin(std::size_t step);
  Look verify(const config::RecoveryConfig& config, Health health, nanoseconds now);

  State state_ = State::resting;
  std::size_t step_ = 0;
  bool was_done_ = false;
  nanoseconds verified_until_{};
  nanoseconds not_before_{nanoseconds::min()};  ///< the next recovery
};

}  // namespace outrider::recovery
