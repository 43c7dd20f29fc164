// SPDX-License-Identifier: Apache-2.0
// How many failures in a row: what a breaker that counts them needs, such as
// `venue_failures_in_a_row >= 5` in a rule. Exported as a gauge.
//
// A streak belongs to one thread, as a counter does. Threads that talk to the same
// venue each have one, told apart by a label, and a rule takes the `max` over them:
// the sum would make five threads' single failures a streak of five.
#pragma once

#include <atomic>
#include <cstdint>

#include "outrider/detail.hpp"

namespace outrider {

/// How a call failed. `other` is an answer that says nothing of the venue's health
/// (a 400, an order that it does not like): the streak stays as it is.
enum class FailureKind : std::uint8_t {
  other,
  http_5xx,
  http_429,  ///< too many requests
  http_418,  ///< banned for not having listened to 429
  timeout,
  connection,
};

/// The kind of an answer that is no success, by its HTTP status.
constexpr FailureKind failure_of_http(int status) noexcept {
  if (status >= 500 && status < 600) return FailureKind::http_5xx;
  if (status == 429) return FailureKind::http_429;
  return status == 418 ? FailureKind::http_418 : FailureKind::other;
}

/// Copyable handle; recording is inline, wait-free and noexcept.
class FailureStreak {
 public:
  /// Counts nowhere until it is assigned.
  FailureStreak() noexcept : cell_{&detail::null_word()} {}
  explicit FailureStreak(std::atomic<std::uint64_t>& cell) noexcept : cell_{&cell} {}

  void success() noexcept {
    // relaxed: readers want the value, not an order.
    cell_->store(0, std::memory_order_relaxed);
  }
  /// One that counts, of whatever kind.
  void failure() noexcept { add(1); }
  void failure(FailureKind kind) noexcept { add(kind == FailureKind::other ? 0 : 1); }

 private:
  void add(std::uint64_t n) noexcept {
    // relaxed: as above. One writer, so a plain load and store.
    cell_->store(cell_->load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }

  std::atomic<std::uint64_t>* cell_;
};

}  // namespace outrider
