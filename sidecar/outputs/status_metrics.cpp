// SPDX-License-Identifier: Apache-2.0
#include "outputs/status_metrics.hpp"

#include <array>
#include <map>
#include <string_view>

namespace outrider::outputs {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Label = ClientMetric::Label;

constexpr std::array<std::string_view, 5> producer_states{"live", "idle", "stalled", "dead",
                                                          "closed"};
constexpr std::array<std::string_view, 7> gate_states{"TRADING", "PROBING", "HALTED", "REDUCE_ONLY",
                                                      "KILLED",  "UNARMED", "STALE"};

void add(MetricFamily& family, std::vector<Label> labels, double value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  (family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  family.metric.push_back(std::move(metric));
}

MetricFamily single(const char* name, const char* help, MetricType type, double value) {
  MetricFamily family{name, help, type, {}};
  add(family, {}, value);
  return family;
}

MetricFamily counter(const char* name, const char* help, std::uint64_t value) {
  return single(name, help, MetricType::Counter, static_cast<double>(value));
}

MetricFamily gauge(const char* name, const char* help, double value) {
  return single(name, help, MetricType::Gauge, value);
}

MetricFamily summary(const char* name, const char* help, const DurationStatus& duration) {
  MetricFamily family{name, help, MetricType::Summary, {}};
  ClientMetric metric;
  metric.summary.sample_count = duration.count;
  metric.summary.sample_sum = duration.sum_seconds;
  for (const auto& [quantile, seconds] : duration.quantiles) {
    metric.summary.quantile.push_back({quantile, seconds});
  }
  family.metric.push_back(std::move(metric));
  return family;
}

void add_producers(const Status& status, Families& families) {
  MetricFamily up{
      "outrider_producer_up", "Whether the producer runs (live or idle).", MetricType::Gauge, {}};
  MetricFamily states{"outrider_producer_state",
                      "The state a producer is in: 1 for it, else 0.",
                      MetricType::Gauge,
                      {}};
  for (const ProducerStatus& producer : status.producers) {
    const bool runs = producer.state == "live" || producer.state == "idle";
    add(up, {{"producer", producer.name}}, runs ? 1 : 0);
    for (const std::string_view state : producer_states) {
      add(states, {{"producer", producer.name}, {"state", std::string{state}}},
          producer.state == state ? 1 : 0);
    }
  }
  families.push_back(std::move(up));
  families.push_back(std::move(states));
}

void add_gates(const Status& status, Families& families) {
  MetricFamily states{
      "outrider_gate_state", "The state a gate is in: 1 for it, else 0.", MetricType::Gauge, {}};
  for (const GateStatus& gate : status.gates) {
    for (const std::string_view state : gate_states) {
      add(states, {{"producer", gate.producer}, {"gate", gate.gate}, {"state", std::string{state}}},
          gate.state == state ? 1 : 0);
    }
  }
  families.push_back(std::move(states));
}

void add_rules(const Status& status, Families& families) {
  std::map<std::string, bool> no_data;
  for (const AlertStatus& alert : status.alerts) no_data[alert.name] |= alert.state == "no_data";
  MetricFamily missing{"outrider_rule_no_data",
                       "Whether the alert has no series to judge, which is not health.",
                       MetricType::Gauge,
                       {}};
  for (const auto& [name, is_missing] : no_data) {
    add(missing, {{"alert", name}}, is_missing ? 1 : 0);
  }
  families.push_back(std::move(missing));
  families.push_back(counter("outrider_rule_evaluations_total", "Evaluations of a rule.",
                             status.rule_evaluations));
  families.push_back(counter("outrider_rule_evaluation_failures_total", "Evaluations that failed.",
                             status.rule_evaluation_failures));
  MetricFamily trips{"outrider_trips_total",
                     "How often a rule closed the gates of a scope.",
                     MetricType::Counter,
                     {}};
  for (const TripStatus& trip : status.trips) {
    add(trips, {{"scope", trip.scope}, {"rule", trip.rule}}, static_cast<double>(trip.count));
  }
  families.push_back(std::move(trips));
}

void add_samples(const Status& status, Families& families) {
  families.push_back(counter("outrider_samples_recorded_total", "Samples that traders recorded.",
                             status.recorded));
  families.push_back(
      counter("outrider_samples_drained_total", "Samples taken from the rings.", status.drained));
  families.push_back(counter("outrider_samples_spilled_total",
                             "Samples that went to a spill histogram because the ring was full.",
                             status.spilled));
  MetricFamily lost{
      "outrider_samples_lost_total", "Samples that are gone, by cause.", MetricType::Counter, {}};
  for (const LossStatus& loss : status.lost) {
    add(lost, {{"cause", loss.cause}}, static_cast<double>(loss.samples));
  }
  families.push_back(std::move(lost));
}

void add_passes(const Status& status, Families& families) {
  if (status.last_pass_age) {
    const double age = std::chrono::duration<double>(*status.last_pass_age).count();
    families.push_back(gauge("outrider_last_pass_timestamp_seconds",
                             "When the last pass finished, in Unix time.",
                             static_cast<double>(status.now) / 1e3 - age));
  }
  families.push_back(
      summary("outrider_pass_duration_seconds", "How long a pass takes.", status.pass_duration));
  families.push_back(summary("outrider_trip_duration_seconds",
                             "From the stamp of a breaching sample to the closed gate.",
                             status.trip_duration));
}

}  // namespace

Families status_families(const Status& status) {
  Families families;
  families.push_back(gauge("outrider_config_last_reload_successful",
                           "Whether the last load of the configuration succeeded.",
                           status.last_reload_successful ? 1 : 0));
  families.push_back(gauge("outrider_journal_writable",
                           "Whether the journal of latches can be written.",
                           status.journal_writable ? 1 : 0));
  add_producers(status, families);
  add_samples(status, families);
  add_passes(status, families);
  add_rules(status, families);
  add_gates(status, families);
  std::erase_if(families, [](const MetricFamily& family) { return family.metric.empty(); });
  return families;
}

}  // namespace outrider::outputs
