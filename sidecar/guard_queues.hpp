// SPDX-License-Identifier: Apache-2.0
// How the guard and the other threads hand things over: bounded, and the guard
// never waits. What does not fit towards the log is counted, not kept.
#pragma once

#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <memory>

#include "flight/trips.hpp"
#include "outputs/alerts/intake.hpp"
#include "plan.hpp"

namespace outrider {

/// Something that people should read of.
struct GuardEvent {
  enum class Kind : std::uint8_t { gate, producer, directive, unanswered, refused, orders };
  Kind kind = Kind::gate;
  const char* state = "";  ///< a word of the contract, lives forever
  protection::ScopeText subject;
  protection::ScopeText scope;
  protection::RuleText rule;
  protection::ReasonText reason;
  std::uint32_t traders = 0;  ///< told of a directive
  /// orders: who sends them through a kill, as its header says.
  OrdersNews orders = OrdersNews::none;
  std::uint32_t pid = 0;
  std::uint64_t process_start = 0;
  std::uint64_t pid_namespace = 0;
};

class GuardQueues {
 public:
  ~GuardQueues() {
    delete next_.load(std::memory_order_relaxed);  // relaxed: both threads are gone
    destroy_retired();
  }
  GuardQueues() = default;
  GuardQueues(const GuardQueues&) = delete;
  GuardQueues& operator=(const GuardQueues&) = delete;

  /// Discovery: the plan for the passes to come. One that was never taken up is
  /// destroyed here.
  void hand_over(std::unique_ptr<Plan> plan) {
    // sync(plan): acq_rel, pairs with take_plan. The plan is whole before its
    // address.
    delete next_.exchange(plan.release(), std::memory_order_acq_rel);
    destroy_retired();
  }
  void destroy_retired() {
    Plan* plan = nullptr;
    while (retired_.pop(plan)) delete plan;
  }

  /// Guard: a newer plan in exchange for the one it has; the same when there is
  /// none, or nobody has yet destroyed those it gave back.
  void take_plan(std::unique_ptr<Plan>& plan) noexcept {
    if (retired_.write_available() == 0) return;
    // relaxed: only whether to look; the exchange acquires.
    if (next_.load(std::memory_order_relaxed) == nullptr) return;
    // sync(plan): acquire, pairs with hand_over.
    Plan* next = next_.exchange(nullptr, std::memory_order_acquire);
    if (next == nullptr) return;
    if (plan != nullptr) retired_.push(plan.release());
    plan.reset(next);
  }

  /// For the dispatch thread: it tells people, and the log.
  alerts::Intake alerts;

  /// For the flight recorder.
  flight::TripQueue trips;

  void tell(const GuardEvent& event) noexcept {
    // relaxed: a count on its own.
    if (!events_.push(event)) untold_.fetch_add(1, std::memory_order_relaxed);
  }
  bool next_event(GuardEvent& event) { return events_.pop(event); }
  /// Events that found no room since the last call.
  std::uint64_t take_untold() noexcept {
    return untold_.exchange(0, std::memory_order_relaxed);
  }  // relaxed: as above

 private:
  std::atomic<Plan*> next_{nullptr};
  boost::lockfree::spsc_queue<Plan*, boost::lockfree::capacity<8>> retired_;
  boost::lockfree::spsc_queue<GuardEvent, boost::lockfree::capacity<512>> events_;
  std::atomic<std::uint64_t> untold_{0};
};

}  // namespace outrider
