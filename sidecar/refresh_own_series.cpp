// SPDX-License-Identifier: Apache-2.0
// The guard's half of the sidecar's own series: their values, at each pass that
// refreshes them.
#include <algorithm>

#include "own_series.hpp"

#include "as_double.hpp"

namespace outrider {
namespace {}  // namespace

void DurationHistogram::add(nanoseconds duration) noexcept {
  const double took = seconds(duration);
  const auto bucket = std::lower_bound(edges.begin(), edges.end(), took) - edges.begin();
  ++counts_[static_cast<std::size_t>(bucket)];
  sum_ += took;
}

void DurationHistogram::write_to(const std::vector<double*>& cells) const noexcept {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) *cells[i] = as_double(count += counts_[i]);
  *cells.back() = sum_;
}

void OwnSeries::refresh_producers(nanoseconds now) const noexcept {
  std::array<std::uint64_t, drain::loss_causes> lost{};
  for (const ProducerCells& cells : producers_) {
    const ProducerRuntime& producer = *cells.producer;
    const drain::Totals totals = producer.drainer->totals();
    const bool up = producer.state != segments::ProducerState::dead &&
                    producer.state != segments::ProducerState::closed;
    *cells.up = up ? 1 : 0;
    for (std::size_t i = 0; i < cells.states.size(); ++i) {
      *cells.states[i] = producer.state == segments::producer_states[i] ? 1 : 0;
    }
    *cells.recorded = as_double(totals.recorded);
    *cells.drained = as_double(totals.drained);
    *cells.spilled = as_double(totals.spilled);
    *cells.in_ring = as_double(totals.in_ring);
    *cells.clipped = as_double(totals.clipped);
    *cells.anomalies = as_double(totals.anomalies);
    *cells.refused = as_double(totals.refused);
    *cells.quarantined = producer.drainer->is_live() && !producer.drainer->is_trusted() ? 1 : 0;
    *cells.lanes_quarantined = producer.drainer->lanes_quarantined();
    *cells.heartbeat_age = seconds(now - producer.beat_seen);
    for (std::size_t cause = 0; cause < lost.size(); ++cause) lost[cause] += totals.lost[cause];
  }
  for (std::size_t cause = 0; cause < lost.size(); ++cause) *lost_[cause] = as_double(lost[cause]);
}

void OwnSeries::refresh(const Facts& facts) const noexcept {
  refresh_producers(facts.now);
  rules_.refresh(facts.rules);
  directives_.refresh(facts.self.directives);
  for (const GateCells& cells : gates_) {
    for (std::size_t i = 0; i < gate_states.size(); ++i) {
      *cells.states[i] = cells.gate->state == gate_states[i] ? 1 : 0;
    }
  }
  for (const TripCells& cells : trips_) *cells.total = *cells.today = 0;
  for (std::size_t id = 0; id < trips_.size(); ++id) {
    const auto& breaker = facts.protection.breaker_at(static_cast<protection::BreakerId>(id));
    *trips_[id].total += as_double(breaker.trips());
    *trips_[id].today += as_double(breaker.trips_today());
  }
  facts.self.pass_duration.write_to(pass_duration_);
  facts.self.trip_duration.write_to(trip_duration_);
  facts.self.first_refusal.write_to(first_refusal_);
  *last_pass_ = seconds(facts.self.last_pass_wall);
  *passes_ = as_double(facts.self.passes);
  *clock_jumps_ = as_double(facts.self.clock_jumps);
  *expirations_ = as_double(facts.self.lease_expirations);
  refresh_shared(facts.shared, facts.now);
}

void OwnSeries::refresh_shared(const SharedFacts& shared, nanoseconds now) const noexcept {
  // relaxed, all: facts on their own.
  const auto count = [](const std::atomic<std::uint64_t>& fact) {
    return as_double(fact.load(std::memory_order_relaxed));
  };
  *reload_ = shared.reload_successful.load(std::memory_order_relaxed) ? 1 : 0;
  *journal_ = shared.journal_writable.load(std::memory_order_relaxed) ? 1 : 0;
  const std::size_t good = shared.journal_copies.load(std::memory_order_relaxed);
  *journal_copies_[true] = as_double(good);
  *journal_copies_[false] = as_double(2 - good);
  *journal_dropped_ = count(shared.journal_dropped);
  *kill_requests_readable_ = shared.kill_requests_readable.load(std::memory_order_relaxed) ? 1 : 0;
  *log_dropped_ = count(shared.log_dropped);
  *segments_refused_ = count(shared.segments_refused);
  *series_refused_ = count(shared.series_refused);
  *generations_renumbered_ = count(shared.generations_renumbered);
  *stale_files_dropped_ = count(shared.stale_files_dropped);
  *scopes_refused_ = count(shared.scopes_refused);
  *cluster_alerts_ = count(shared.cluster_alerts);
  *cluster_alerts_unknown_ = count(shared.cluster_alerts_unknown);
  *web_refused_address_ = count(shared.web_refused_address);
  *web_refused_token_ = count(shared.web_refused_token);
  *web_refused_origin_ = count(shared.web_refused_origin);
  *live_listeners_ = count(shared.live_listeners);
  *live_dropped_ = count(shared.live_dropped);
  *refusals_unsaid_ = count(shared.refusals_unsaid);
  for (std::size_t i = 0; i < recovery_steps_.size(); ++i)
    *recovery_steps_[i] = count(shared.recovery_steps[i]);
  *recoveries_exhausted_ = count(shared.recoveries_exhausted);
  *flight_made_ = count(shared.flight.made);
  *flight_failed_ = count(shared.flight.failed);
  *flight_unrecorded_ = count(shared.flight.trips_unrecorded);
  *discovery_scans_ = count(shared.discovery_scans);
  *discovery_plans_ = count(shared.discovery_plans);
  *discovery_age_ = seconds(shared.discovery_age(now));
  *segments_quarantined_ = count(shared.segments_quarantined);
}

}  // namespace outrider
