// SPDX-License-Identifier: Apache-2.0
#include "own_series.hpp"

#include <map>

namespace outrider {
namespace {

using aggregate::FamilyKind;
using aggregate::Labels;

double* single(aggregate::ValuesBuilder& builder, const aggregate::Declaration& declared,
               const Labels& labels = {}) {
  return builder.add_own(declared, labels).front();
}

}  // namespace

OwnSeries::OwnSeries(aggregate::ValuesBuilder& builder, const Subjects& subjects) {
  for (const ProducerRuntime* producer : subjects.producers) {
    add_producer(builder, *producer);
    add_shortfalls(builder, *producer);
  }
  rules_.add(builder, subjects.rules);
  for (const auto& gate : subjects.gates) add_gate(builder, *gate);
  directives_.add(builder, subjects.producers, subjects.watched);
  add_trips(builder, subjects.protection);
  for (std::size_t cause = 0; cause < drain::loss_causes; ++cause) {
    lost_[cause] = single(
        builder,
        {"outrider_samples_lost_total", "Samples that are gone, by cause.", FamilyKind::counter},
        {{"cause", std::string{to_string(static_cast<drain::LossCause>(cause))}}});
  }
  add_self(builder);
  add_journal(builder);
  add_recovery(builder);
  add_flight(builder);
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
  std::map<std::pair<std::string, std::string>, TripCells> by_name;
  for (std::size_t id = 0; id < protection.breaker_count(); ++id) {
    const auto& breaker = protection.breaker_at(static_cast<protection::BreakerId>(id));
    const std::string scope{protection.scope_name(breaker.scope())};
    const std::string rule{breaker.rule()};
    TripCells& cells = by_name[{scope, rule}];
    if (cells.total == nullptr) {
      const aggregate::Labels labels{{"scope", scope}, {"rule", rule}};
      cells.total = single(builder,
                           {"outrider_trips_total", "How often a rule closed the gates of a scope.",
                            FamilyKind::counter},
                           labels);
      cells.today =
          single(builder,
                 {"outrider_trips_today",
                  "The same since the day began (day.begins_at), over restarts of the sidecar.",
                  FamilyKind::gauge},
                 labels);
    }
    trips_.push_back(cells);
  }
}

void OwnSeries::add_journal(aggregate::ValuesBuilder& builder) {
  journal_ = single(builder, {"outrider_journal_writable",
                              "Whether both copies of the journal of latches can be written.",
                              FamilyKind::gauge});
  kill_requests_readable_ =
      single(builder, {"outrider_kill_requests_readable",
                       "Whether c/kill can be read and is this user's, so that no kill is missed.",
                       FamilyKind::gauge});
  journal_dropped_ =
      single(builder, {"outrider_journal_dropped_total",
                       "Entries for which there was no room while the disk of the journal hung.",
                       FamilyKind::counter});
  for (const bool good : {false, true}) {
    journal_copies_[good] =
        single(builder,
               {"outrider_journal_copies",
                "Copies of the journal, by whether they hold every record.", FamilyKind::gauge},
               {{"state", good ? "good" : "failed"}});
  }
}

void OwnSeries::add_recovery(aggregate::ValuesBuilder& builder) {
  for (const recovery::Result result : recovery::results) {
    recovery_steps_[static_cast<std::size_t>(result)] =
        single(builder,
               {"outrider_recovery_steps_total", "Steps of recoveries that ended, by how they did.",
                FamilyKind::counter},
               {{"result", std::string{to_string(result)}}});
  }
  recoveries_exhausted_ = single(
      builder, {"outrider_recoveries_exhausted",
                "Scopes on which every step was tried, and the alert goes on.", FamilyKind::gauge});
}

void OwnSeries::add_flight(aggregate::ValuesBuilder& builder) {
  const auto counter = [&](const char* name, const char* help) {
    return single(builder, {name, help, FamilyKind::counter});
  };
  flight_made_ = counter("outrider_flight_recordings_total",
                         "Recordings of the moments before gates were closed.");
  flight_failed_ = counter("outrider_flight_recordings_failed_total",
                           "Recordings that could not be written: see the log.");
  flight_unrecorded_ = counter(
      "outrider_flight_trips_unrecorded_total",
      "Trips in no recording: they came within flight-recorder.interval of one, or it failed.");
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
  add_web(builder);
}

void OwnSeries::add_web(aggregate::ValuesBuilder& builder) {
  const auto refused_readers = [&](const char* reason) {
    return single(builder,
                  {"outrider_web_requests_refused_total",
                   "Requests for pages by whoever may not read them, by what was wrong.",
                   FamilyKind::counter},
                  {{"reason", reason}});
  };
  web_refused_address_ = refused_readers("address");
  web_refused_token_ = refused_readers("token");
  web_refused_origin_ = refused_readers("origin");
  live_listeners_ = single(
      builder, {"outrider_live_listeners", "Clients that listen to /ws.", FamilyKind::gauge});
  live_dropped_ =
      single(builder, {"outrider_live_listeners_dropped_total",
                       "Listeners cut off because they read too slowly.", FamilyKind::counter});
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
      shortfall == builder.shortfalls().end() ? 0 : static_cast<double>(shortfall->second.hidden);
  builder.count_not_finite(
      *producer.drainer,
      gauge("outrider_gauges_not_finite",
            "Gauges of the producer that are NaN or infinite, as of this page."));
}

}  // namespace outrider
