// SPDX-License-Identifier: Apache-2.0
// The guard: one function, pass(now), calls the stages from left to right:
// drain, aggregate, rules, protection, and then the outputs, gates first. After
// warm-up it allocates nothing, takes no lock and does no I/O.
#pragma once

#include <memory>

#include "gate_keeper.hpp"
#include "guard_queues.hpp"
#include "plan.hpp"
#include "protection/commands.hpp"
#include "protection/enforce.hpp"
#include "protection/latch_file.hpp"
#include "protection/scribe.hpp"

namespace outrider {

class Guard final : private protection::Ends {
 public:
  struct Parts {
    protection::Protection& protection;
    protection::LatchFile& latch;
    protection::CommandDesk& desk;
    protection::Scribe& scribe;
    GuardQueues& queues;
    Exchange& exchange;
    SharedFacts& facts;
    shm::TickSource ticks = shm::ticks;
  };
  explicit Guard(const Parts& parts) : parts_{parts} {}

  /// One pass of the line. Heartbeats and leases move on only when it ends.
  /// False while there is no plan yet.
  bool pass(const Now& now) noexcept;

  /// How long to wait until the next pass, 100 µs to 10 ms: as long as the
  /// tightest rule with a consequence and the fullest ring allow.
  [[nodiscard]] nanoseconds poll_period(nanoseconds now) const noexcept;

  /// For close-on-exit: every gate that is open, at once.
  void close_all() noexcept;

 private:
  void adopt_plan() noexcept;
  void drain(PlannedProducer& planned, const Now& now) noexcept;
  void watch(ProducerRuntime& producer, nanoseconds now) noexcept;
  void follow_rate(ProducerRuntime& producer, nanoseconds now) noexcept;
  void refresh_own_series(nanoseconds now) noexcept;
  void evaluate_rules(const Now& now) noexcept;
  void check_clock(const PlannedProducer& planned) noexcept;
  [[nodiscard]] shm::RejectCode reject_of(const GateRuntime& gate) const noexcept;
  void look_for_stale(const Now& now) noexcept;
  void renew_leases(const Now& now) noexcept;
  void enforce_gate(GateRuntime& gate, bool renew) noexcept;
  [[nodiscard]] protection::Verdict verdict_of(const GateRuntime& gate) const noexcept;
  [[nodiscard]] const Judge* failing_judge(const GateRuntime& gate) const noexcept;
  void note_change(GateRuntime& gate) noexcept;
  void tell_transitions() noexcept;
  void tell_state(const ProducerRuntime& producer) noexcept;
  void note_first_refusal(GateRuntime& gate) noexcept;
  [[nodiscard]] bool is_meant(const PlannedProducer& planned,
                              protection::ScopeId scope) const noexcept;
  void look_for_answers(ProducerRuntime& producer) noexcept;
  void look_for_orders(const PlannedProducer& planned) noexcept;
  void feed_analytics(const Now& now) noexcept;
  void finish(const Now& now) noexcept;
  void publish(Publication& publication) const noexcept;

  // protection::Ends
  void store_latch(const protection::Change& change) noexcept override {
    parts_.latch.store(change);
  }
  void store_gates() noexcept override;
  void direct(const protection::Change& change) noexcept override;
  void note(const protection::Entry& entry) noexcept override { parts_.scribe.note(entry); }
  void tell(const protection::Change& change) noexcept override {
    parts_.queues.alerts.tell(alerts::LatchEvent{change, previous_pass_});
    if (is_for_flight(change)) parts_.queues.trips.tell({change.entry, now_.steady});
  }
  [[nodiscard]] bool is_for_flight(const protection::Change& change) const noexcept;

  Parts parts_;
  std::unique_ptr<Plan> plan_;
  bool discovery_stands_still_ = false;  ///< in this pass
  bool a_judge_fails_ = false;           ///< in this pass
  SelfCounts self_;
  Now now_;                      ///< of the pass that runs
  nanoseconds renewed_{};        ///< when leases were last renewed
  nanoseconds refreshed_{};      ///< when the sidecar's own series last were
  nanoseconds closed_{};         ///< when a gate was last closed, or killed
  nanoseconds fed_{};            ///< when the analytics last were
  nanoseconds previous_pass_{};  ///< when values were last looked at before this pass
  nanoseconds recorded_{};       ///< when any trader last recorded a sample
};

}  // namespace outrider
