// SPDX-License-Identifier: Apache-2.0
// From the guard to the dispatch thread: what changed, bounded. The guard never
// waits, and frees nothing here: what a pointer keeps alive is let go of by the
// dispatch thread. What found no room is not lost: the whole is looked at again.
#pragma once

#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "aggregate/bell.hpp"
#include "outputs/alerts/alert.hpp"
#include "protection/protection.hpp"
#include "rules/plan.hpp"

namespace outrider::alerts {

/// The state of one alert of a rule.
struct Observed {
  std::shared_ptr<const rules::RuleSet> rules;  ///< keeps `rule` alive
  const rules::AlertRule* rule = nullptr;
  std::shared_ptr<const rules::AlertInstance> instance;  ///< null: the rule as a whole
  rules::AlertState state = rules::AlertState::inactive;
  double value = 0;
  nanoseconds since_wall{};  ///< Unix: in this state
};

struct RuleEvent {
  Observed observed;
  nanoseconds at{};     ///< steady, of the pass
  nanoseconds began{};  ///< steady: when values were last looked at before
};

struct LatchEvent {
  protection::Change change;
  nanoseconds began{};  ///< as above
};

/// What a field of a summary yields; nothing of those that yield nothing.
struct FieldValue {
  std::string summary;
  std::string field;
  aggregate::Labels labels;
  double value = 0;
};

/// Everything at one instant.
struct Level {
  nanoseconds at{};  ///< steady, of the pass that wrote it
  std::vector<Observed> alerts;
  std::vector<protection::Entry> latches;  ///< in force
  bool knows_latches = false;
  std::vector<FieldValue> fields{};
};

class Intake {
 public:
  Intake() = default;
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;
  /// The queue forgets what it still holds, and what that keeps alive with it.
  ~Intake() {
    RuleEvent untaken;
    while (next(untaken)) {
    }
  }

  // guard
  void tell(const RuleEvent& event) noexcept {
    if (!rule_events_.push(event)) note_overflow();
    has_news_ = true;
  }
  void tell(const LatchEvent& event) noexcept {
    if (!latch_events_.push(event)) note_overflow();
    has_news_ = true;
  }
  /// At the end of a pass: whoever takes is woken once, if there is anything to take.
  void end_pass() noexcept {
    if (std::exchange(has_news_, false)) bell_.ring();
  }

  // any thread
  [[nodiscard]] const aggregate::Bell& bell() const noexcept { return bell_; }

  // dispatch thread
  bool next(RuleEvent& event) { return rule_events_.pop(event); }
  bool next(LatchEvent& event) { return latch_events_.pop(event); }
  /// Whether anything found no room since the last call.
  bool take_overflow() noexcept {
    // relaxed: a wish to look at the whole; the looking orders itself.
    return overflow_.exchange(false, std::memory_order_relaxed);
  }

 private:
  void note_overflow() noexcept {
    overflow_.store(true, std::memory_order_relaxed);  // relaxed: as above
  }

  boost::lockfree::spsc_queue<RuleEvent, boost::lockfree::capacity<1024>> rule_events_;
  boost::lockfree::spsc_queue<LatchEvent, boost::lockfree::capacity<256>> latch_events_;
  std::atomic<bool> overflow_{false};
  bool has_news_ = false;  ///< guard's
  aggregate::Bell bell_;
};

}  // namespace outrider::alerts
