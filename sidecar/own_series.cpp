// SPDX-License-Identifier: Apache-2.0
#include "own_series.hpp"

#include <algorithm>
#include <map>

namespace outrider {
namespace {

using aggregate::FamilyKind;
using aggregate::Labels;

constexpr std::array<GateState, 7> gate_states{
    GateState::trading, GateState::probing, GateState::halted, GateState::reduce_only,
    GateState::killed,  GateState::unarmed, GateState::stale};

double seconds(nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

double* single(aggregate::ValuesBuilder& builder, const aggregate::Declaration& declared,
               const Labels& labels = {}) {
  return builder.add_own(declared, labels).front();
}

double as_double(std::uint64_t count) {
  return static_cast<double>(count);
}

}  // namespace

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

OwnSeries::OwnSeries(aggregate::ValuesBuilder& builder, const Subjects& subjects) {
  for (const ProducerRuntime* producer : subjects.producers) {
    add_producer(builder, *producer);
    add_shortfalls(builder, *producer);
  }
  add_rules(builder, subjects.rules);
  for (const auto& gate : subjects.gates) add_gate(builder, *gate);
  directives_.add(builder, subjects.producers);
  add_trips(builder, subjects.protection);
  for (std::size_t cause = 0; cause < drain::loss_causes; ++cause) {
    lost_[cause] = single(
        builder,
        {"outrider_samples_lost_total", "Samples that are gone, by cause.", FamilyKind::counter},
        {{"cause", std::string{to_string(static_cast<drain::LossCause>(cause))}}});
  }
  add_self(builder);
  add_journal(builder);
}

void OwnSeries::add_gate(aggregate::ValuesBuilder& builder, const GateRuntime& gate) {
  GateCells cells{&gate, {}};
  for (std::size_t i = 0; i < gate_states.size(); ++i) {
    cells.states[i] = single(
        builder,
        {"outrider_gate_state", "The state a gate is in: 1 for it, else 0.", FamilyKind::gauge},
        {{"producer", gate.producer->name},
         {"gate", gate.name},
         {"state", std::string{to_string(gate_states[i])}}});
  }
  gates_.push_back(cells);
}

void OwnSeries::add_trips(aggregate::ValuesBuilder& builder,
                          const protection::Protection& protection) {
  // One rule may have a breaker and an entry block on one scope.
  std::map<std::pair<std::string, std::string>, double*> by_name;
  for (std::size_t id = 0; id < protection.breaker_count(); ++id) {
    const auto& breaker = protection.breaker_at(static_cast<protection::BreakerId>(id));
    const std::string scope{protection.scope_name(breaker.scope())};
    const std::string rule{breaker.rule()};
    double*& cell = by_name[{scope, rule}];
    if (cell == nullptr) {
      cell = single(builder,
                    {"outrider_trips_total", "How often a rule closed the gates of a scope.",
                     FamilyKind::counter},
                    {{"scope", scope}, {"rule", rule}});
    }
    trips_.push_back(cell);
  }
}

void OwnSeries::add_journal(aggregate::ValuesBuilder& builder) {
  journal_ = single(builder, {"outrider_journal_writable",
                              "Whether both copies of the journal of latches can be written.",
                              FamilyKind::gauge});
  for (const bool good : {false, true}) {
    journal_copies_[good] =
        single(builder,
               {"outrider_journal_copies",
                "Copies of the journal, by whether they hold every record.", FamilyKind::gauge},
               {{"state", good ? "good" : "failed"}});
  }
}

void OwnSeries::add_self(aggregate::ValuesBuilder& builder) {
  const auto duration = [&](const char* name, const char* help) {
    return builder.add_own({name,
                            help,
                            FamilyKind::histogram,
                            {DurationHistogram::edges.begin(), DurationHistogram::edges.end()}},
                           {});
  };
  pass_duration_ = duration("outrider_pass_duration_seconds", "How long a pass takes.");
  trip_duration_ = duration("outrider_trip_duration_seconds",
                            "From the last look before the breach, or the oldest sample since, to "
                            "the closed gate.");
  first_refusal_ = duration("outrider_first_refusal_duration_seconds",
                            "From a gate closed by a rule to the first order that asked why.");
  const auto gauge = [&](const char* name, const char* help) {
    return single(builder, {name, help, FamilyKind::gauge});
  };
  last_pass_ =
      gauge("outrider_last_pass_timestamp_seconds", "When the last pass finished, in Unix time.");
  reload_ = gauge("outrider_config_last_reload_successful",
                  "Whether the last load of the configuration succeeded.");
  const auto counter = [&](const char* name, const char* help) {
    return single(builder, {name, help, FamilyKind::counter});
  };
  log_dropped_ = counter("outrider_log_dropped_total",
                         "Lines of the log that were dropped because it was not read.");
  passes_ = counter("outrider_passes_total", "Passes of the guard thread.");
  expirations_ = counter("outrider_lease_expirations_total",
                         "Gates whose lease had run out before it was renewed.");
  clock_jumps_ = counter("outrider_clock_jumps_total",
                         "Times that a trader's clock moved by more than 10 ms against "
                         "CLOCK_MONOTONIC between two renewals.");
  segments_refused_ =
      counter("outrider_segments_refused_total",
              "Reasons to attach no segment file, each counted when it is first said.");
  series_refused_ =
      counter("outrider_series_refused_total",
              "Reasons not to show or to watch series, each counted when it is first said.");
  add_discovery(builder);
}

void OwnSeries::add_discovery(aggregate::ValuesBuilder& builder) {
  const auto counter = [&](const char* name, const char* help) {
    return single(builder, {name, help, FamilyKind::counter});
  };
  generations_renumbered_ =
      counter("outrider_generations_renumbered_total",
              "Starts of traders whose numbers began anew, or whose files came late.");
  stale_files_dropped_ = counter("outrider_stale_files_dropped_total",
                                 "Dead traders' files that were removed unread.");
  scopes_refused_ = counter("outrider_scopes_refused_total",
                            "Gates that name more scopes than one producer may.");
  refusals_unsaid_ =
      counter("outrider_refusals_unsaid_total", "Refusals that were too many to be logged.");
  cluster_alerts_ = counter("outrider_cluster_alerts_total",
                            "Firing alerts that Alertmanagers posted to the webhook.");
  cluster_alerts_unknown_ = counter("outrider_cluster_alerts_unknown_total",
                                    "Those of them that protection.cluster_alerts does not have.");
  discovery_scans_ = counter("outrider_discovery_scans_total",
                             "Looks of the discovery thread at the segment directory.");
  discovery_plans_ = counter("outrider_discovery_plans_total",
                             "Plans made because a series, a producer or the rules changed.");
  discovery_age_ = single(
      builder, {"outrider_discovery_age_seconds",
                "Age of the last look that succeeded; past 2 s or two leases nothing is granted.",
                FamilyKind::gauge});
  segments_quarantined_ = counter("outrider_segments_quarantined_total",
                                  "Files that were cut short while they were mapped.");
}

void OwnSeries::add_producer(aggregate::ValuesBuilder& builder, const ProducerRuntime& producer) {
  ProducerCells cells{};
  cells.producer = &producer;
  for (std::size_t i = 0; i < cells.states.size(); ++i) {
    cells.states[i] = single(builder,
                             {"outrider_producer_state",
                              "The state a producer is in: 1 for it, else 0.", FamilyKind::gauge},
                             {{"producer", producer.name},
                              {"state", std::string{to_string(segments::producer_states[i])}}});
  }
  const auto gauge = [&](const char* name, const char* help) {
    return single(builder, {name, help, FamilyKind::gauge}, {{"producer", producer.name}});
  };
  cells.up = gauge("outrider_producer_up", "Whether the producer runs (live, idle or stalled).");
  cells.in_ring = gauge("outrider_samples_in_ring", "Samples that wait in the rings.");
  cells.heartbeat_age = gauge("outrider_producer_heartbeat_age_seconds",
                              "How long the trader's heartbeat has stood still.");
  cells.quarantined =
      gauge("outrider_segment_quarantined",
            "Whether the producer's file was cut short: nothing of it is believed.");
  cells.lanes_quarantined =
      gauge("outrider_lanes_quarantined", "Lanes whose head cannot be: nothing of them is read.");
  const auto counter = [&](const char* name, const char* help) {
    return single(builder, {name, help, FamilyKind::counter}, {{"producer", producer.name}});
  };
  cells.recorded = counter("outrider_samples_recorded_total", "Samples that traders recorded.");
  cells.drained = counter("outrider_samples_drained_total", "Samples taken from the rings.");
  cells.spilled = counter("outrider_samples_spilled_total",
                          "Samples that went to a spill histogram because the ring was full.");
  cells.clipped = counter("outrider_samples_clipped_total",
                          "Values above the largest that a sample carries, kept as that.");
  cells.anomalies = counter("outrider_clock_anomalies_total",
                            "Intervals across a jump of the clock: not recorded where they ended "
                            "before they began, else mended.");
  cells.refused = counter("outrider_registrations_refused_total",
                          "Series and gates that the producer's own library refused it: see "
                          "Producer::last_refusal.");
  producers_.push_back(cells);
}

// What does not change while a plan lives, and what is counted at each copy.
void OwnSeries::add_shortfalls(aggregate::ValuesBuilder& builder, const ProducerRuntime& producer) {
  const auto gauge = [&](const char* name, const char* help) {
    return single(builder, {name, help, FamilyKind::gauge}, {{"producer", producer.name}});
  };
  const auto shortfall = builder.shortfalls().find(producer.name);
  *gauge("outrider_series_hidden",
         "Series of the producer that this page does not show: see the log.") =
      shortfall == builder.shortfalls().end() ? 0 : as_double(shortfall->second.hidden);
  builder.count_not_finite(
      *producer.drainer,
      gauge("outrider_gauges_not_finite",
            "Gauges of the producer that are NaN or infinite, as of this page."));
}

void OwnSeries::add_rules(aggregate::ValuesBuilder& builder, const rules::RuleSet& rules) {
  evaluations_ = single(
      builder, {"outrider_rule_evaluations_total", "Evaluations of rules.", FamilyKind::counter});
  failures_ = single(builder, {"outrider_rule_evaluation_failures_total",
                               "Evaluations of rules that failed.", FamilyKind::counter});
  std::map<std::string, double*> by_name;
  for (const auto& group : rules.groups) {
    for (const auto& rule : group.rules) {
      double*& cell = by_name[rule.name];
      if (cell == nullptr) {
        cell = single(
            builder,
            {"outrider_rule_no_data",
             "Whether the alert has no series to judge, which is not health.", FamilyKind::gauge},
            {{"alert", rule.name}});
      }
      no_data_.push_back(cell);
    }
  }
}

void OwnSeries::refresh_rules(const rules::Plan& plan) const noexcept {
  std::uint64_t evaluations = 0;
  std::uint64_t failures = 0;
  for (double* cell : no_data_) *cell = 0;
  for (std::size_t i = 0; i < plan.rules().size() && i < no_data_.size(); ++i) {
    const rules::RuleStatus& status = plan.rules()[i].status();
    evaluations += status.evaluations;
    failures += status.failures;
    if (status.no_data) *no_data_[i] = 1;
  }
  for (const rules::BoundRecording& recording : plan.recordings()) {
    evaluations += recording.status().evaluations;
    failures += recording.status().failures;
  }
  *evaluations_ = as_double(evaluations);
  *failures_ = as_double(failures);
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
  refresh_rules(facts.rules);
  directives_.refresh(facts.self.directives);
  for (const GateCells& cells : gates_) {
    for (std::size_t i = 0; i < gate_states.size(); ++i) {
      *cells.states[i] = cells.gate->state == gate_states[i] ? 1 : 0;
    }
  }
  for (double* cell : trips_) *cell = 0;
  for (std::size_t id = 0; id < trips_.size(); ++id) {
    *trips_[id] +=
        as_double(facts.protection.breaker_at(static_cast<protection::BreakerId>(id)).trips());
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
  *log_dropped_ = count(shared.log_dropped);
  *segments_refused_ = count(shared.segments_refused);
  *series_refused_ = count(shared.series_refused);
  *generations_renumbered_ = count(shared.generations_renumbered);
  *stale_files_dropped_ = count(shared.stale_files_dropped);
  *scopes_refused_ = count(shared.scopes_refused);
  *cluster_alerts_ = count(shared.cluster_alerts);
  *cluster_alerts_unknown_ = count(shared.cluster_alerts_unknown);
  *refusals_unsaid_ = count(shared.refusals_unsaid);
  *discovery_scans_ = count(shared.discovery_scans);
  *discovery_plans_ = count(shared.discovery_plans);
  *discovery_age_ = seconds(shared.discovery_age(now));
  *segments_quarantined_ = count(shared.segments_quarantined);
}

}  // namespace outrider
