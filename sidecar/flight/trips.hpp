// SPDX-License-Identifier: Apache-2.0
// From the guard to the recorder: what has closed gates, bounded. The guard never waits,
// and what finds no room is counted.
#pragma once

#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <chrono>
#include <cstdint>
#include <utility>

#include "aggregate/bell.hpp"
#include "protection/state.hpp"

namespace outrider::flight {

using std::chrono::nanoseconds;

struct Trip {
  protection::Entry entry;
  nanoseconds steady{};  ///< of the pass
};

class TripQueue {
 public:
  /// Before the guard begins: somebody takes them.
  void listen() noexcept { heard_ = true; }

  // guard
  void tell(const Trip& trip) noexcept {
    if (!heard_) return;
    // relaxed: a count on its own.
    if (!trips_.push(trip)) untold_.fetch_add(1, std::memory_order_relaxed);
    has_news_ = true;
  }
  /// Whoever takes is woken once a pass, if there is anything to take.
  void end_pass() noexcept {
    if (std::exchange(has_news_, false)) bell_.ring();
  }

  // the recorder
  bool next(Trip& trip) { return trips_.pop(trip); }
  /// Trips that found no room since the last call.
  std::uint64_t take_untold() noexcept {
    return untold_.exchange(0, std::memory_order_relaxed);  // relaxed: as above
  }
  /// Until there may be a trip, or `at_most` is over.
  void wait(std::chrono::milliseconds at_most) const noexcept { bell_.wait(at_most); }

  // any thread
  void wake() const noexcept { bell_.ring(); }

 private:
  boost::lockfree::spsc_queue<Trip, boost::lockfree::capacity<1024>> trips_;
  std::atomic<std::uint64_t> untold_{0};
  bool heard_ = false;
  bool has_news_ = false;  ///< guard's
  aggregate::Bell bell_;
};

}  // namespace outrider::flight
