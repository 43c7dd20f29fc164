// SPDX-License-Identifier: Apache-2.0
// outrider's own series, as values like any other: rules may use them, and the
// exposition shows them. Declared when a plan is made, refreshed by the guard.
#pragma once

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "aggregate/values_builder.hpp"
#include "directive_series.hpp"
#include "flight/counts.hpp"
#include "recovery/chain.hpp"
#include "rule_series.hpp"
#include "runtime.hpp"

namespace outrider {

/// How long something took, in fixed buckets. Kept by the guard.
class DurationHistogram {
 public:
  static constexpr std::array<double, 14> edges{1e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4,
                                                5e-4, 1e-3, 5e-3, 1e-2,   0.1,  1,    10};
  void add(nanoseconds duration) noexcept;
  /// Cumulative counts, the count and the sum, as Family orders them.
  void write_to(const std::vector<double*>& cells) const noexcept;

 private:
  std::array<std::uint64_t, edges.size() + 1> counts_{};
  double sum_ = 0;
};

/// What the guard counts about itself.
struct SelfCounts {
  DurationHistogram pass_duration;
  DurationHistogram trip_duration;
  DurationHistogram first_refusal;
  std::uint64_t passes = 0;
  std::uint64_t lease_expirations = 0;  ///< gates that had run out when their renewal came
  std::uint64_t clock_jumps = 0;
  DirectiveCounts directives{};
  nanoseconds last_pass_wall{};
};

/// What other threads know about themselves; the guard copies it into series.
struct SharedFacts {
  std::atomic<bool> reload_successful{true};
  std::atomic<bool> journal_writable{true};
  std::atomic<std::size_t> journal_copies{0};  ///< files that hold every record
  std::atomic<std::uint64_t> journal_dropped{0};
  std::atomic<bool> kill_requests_readable{true};
  std::atomic<std::uint64_t> log_dropped{0};
  std::atomic<std::uint64_t> segments_refused{0};
  std::atomic<std::uint64_t> series_refused{0};
  std::atomic<std::uint64_t> segments_quarantined{0};
  std::atomic<std::uint64_t> generations_renumbered{0};
  std::atomic<std::uint64_t> stale_files_dropped{0};
  std::atomic<std::uint64_t> scopes_refused{0};
  std::atomic<std::uint64_t> refusals_unsaid{0};
  std::atomic<std::uint64_t> cluster_alerts{0};
  std::atomic<std::uint64_t> cluster_alerts_unknown{0};
  std::atomic<std::uint64_t> web_refused_address{0};
  std::atomic<std::uint64_t> web_refused_token{0};
  std::atomic<std::uint64_t> web_refused_origin{0};
  std::atomic<std::size_t> live_listeners{0};
  std::atomic<std::uint64_t> live_dropped{0};
  std::array<std::atomic<std::uint64_t>, std::size(recovery::results)> recovery_steps{};
  std::atomic<std::uint64_t> recoveries_exhausted{0};
  flight::FlightCounts flight;
  std::atomic<std::uint64_t> discovery_scans{0};
  std::atomic<std::uint64_t> discovery_plans{0};
  std::atomic<std::int64_t> discovery_beat_ns{
      0};  ///< when the last scan that could look began; 0: none

  /// How old what discovery knows is. Never negative.
  [[nodiscard]] nanoseconds discovery_age(nanoseconds now) const noexcept {
    // relaxed: a time on its own.
    const nanoseconds beat{discovery_beat_ns.load(std::memory_order_relaxed)};
    return std::max(now - beat, nanoseconds{0});
  }
};

/// Each is a series of a gate.
inline constexpr std::array<GateState, 7> gate_states{
    GateState::trading, GateState::probing, GateState::halted, GateState::reduce_only,
    GateState::killed,  GateState::unarmed, GateState::stale};

class OwnSeries {
 public:
  struct Subjects {
    const std::vector<ProducerRuntime*>& producers;
    const std::set<const ProducerRuntime*>& watched;  ///< whose orders are, after a kill
    const std::vector<std::shared_ptr<GateRuntime>>& gates;
    const protection::Protection& protection;
    const rules::RuleSet& rules;
  };
  /// Discovery thread.
  OwnSeries(aggregate::ValuesBuilder& builder, const Subjects& subjects);

  struct Facts {
    const SelfCounts& self;
    const SharedFacts& shared;
    const protection::Protection& protection;
    const rules::Plan& rules;  ///< bound to the same rule set
    nanoseconds now;
  };
  /// Guard thread. Does not allocate.
  void refresh(const Facts& facts) const noexcept;

 private:
  struct TripCells {
    double *total = nullptr, *today = nullptr;
  };
  struct ProducerCells {
    const ProducerRuntime* producer;
    double* up;
    std::array<double*, std::size(segments::producer_states)> states;
    double *recorded, *drained, *spilled, *in_ring, *clipped, *anomalies, *refused, *heartbeat_age;
    double *quarantined, *lanes_quarantined;
  };
  struct GateCells {
    const GateRuntime* gate;
    std::array<double*, 7> states;
  };
  void add_producer(aggregate::ValuesBuilder& builder, const ProducerRuntime& producer);
  static void add_shortfalls(aggregate::ValuesBuilder& builder, const ProducerRuntime& producer);
  void add_gate(aggregate::ValuesBuilder& builder, const GateRuntime& gate);
  void add_trips(aggregate::ValuesBuilder& builder, const protection::Protection& protection);
  void add_self(aggregate::ValuesBuilder& builder);
  void add_journal(aggregate::ValuesBuilder& builder);
  void add_recovery(aggregate::ValuesBuilder& builder);
  void add_flight(aggregate::ValuesBuilder& builder);
  void add_discovery(aggregate::ValuesBuilder& builder);
  void add_web(aggregate::ValuesBuilder& builder);
  void refresh_shared(const SharedFacts& shared, nanoseconds now) const noexcept;
  void refresh_producers(nanoseconds now) const noexcept;

  std::vector<ProducerCells> producers_;
  std::vector<GateCells> gates_;
  DirectiveSeries directives_;
  RuleSeries rules_;
  std::vector<TripCells> trips_;  ///< by BreakerId
  std::array<double*, drain::loss_causes> lost_{};
  std::vector<double*> pass_duration_, trip_duration_, first_refusal_;
  double* log_dropped_;
  std::array<double*, 2> journal_copies_{};  ///< failed, good
  std::array<double*, std::size(recovery::results)> recovery_steps_{};
  double *recoveries_exhausted_, *last_pass_, *passes_, *clock_jumps_, *reload_, *journal_,
      *journal_dropped_, *kill_requests_readable_, *expirations_, *segments_refused_,
      *series_refused_, *segments_quarantined_, *refusals_unsaid_, *generations_renumbered_,
      *stale_files_dropped_, *scopes_refused_, *cluster_alerts_, *cluster_alerts_unknown_,
      *web_refused_address_, *web_refused_token_, *web_refused_origin_, *live_listeners_,
      *live_dropped_, *discovery_scans_, *discovery_plans_, *discovery_age_, *flight_made_,
      *flight_failed_, *flight_unrecorded_;
};

}  // namespace outrider
