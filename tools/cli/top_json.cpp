// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "cli/status_text.hpp"
#include "cli/top_text.hpp"
#include "outputs/status.hpp"

namespace outrider::cli {
namespace {

using nlohmann::json;

template <class Number>
json known(const std::optional<Number>& number) {
  return number ? json(*number) : json();
}

json rates_json(const Averages& rates) {
  json shown{{"last", known(rates.last)}};
  for (std::size_t i = 0; i < rate_windows.size(); ++i)
    shown[std::to_string(rate_windows[i].count()) + "s"] = known(rates.over[i]);
  return shown;
}

json producer_json(const WatchedProducer& each) {
  const bool has_beaten = each.heartbeat_age != std::chrono::nanoseconds::max();
  const std::chrono::duration<double> age = each.heartbeat_age;
  return {{"name", each.who.name},
          {"state", to_string(each.who.state)},
          {"pid", each.who.pid},
          {"generation", each.who.generation},
          {"heartbeat_age_seconds", has_beaten ? json(age.count()) : json()},
          {"recorded", each.law.recorded},
          {"taken", known(each.law.taken)},
          {"in_ring", known(each.law.in_ring)},
          {"spilled", each.law.spilled},
          {"samples_per_second", rates_json(each.samples)}};
}

json latency_json(const WatchedLatency& each) {
  const Latency& latency = each.latency;
  return {{"series", latency.series},
          {"window", "10s"},
          {"quantiles",
           {{"0.5", known(latency.p50)},
            {"0.9", known(latency.p90)},
            {"0.99", known(latency.p99)},
            {"0.999", known(latency.p999)}}},
          {"max", known(latency.maximum)},
          {"samples_per_second", rates_json(each.rate)}};
}

/// The sidecar's figures: null, all of them, while nobody gives them.
void add_sidecar_figures(const TopFrame& frame, json& shown) {
  const bool is_missing = !frame.sidecar.missing.empty();
  shown["sidecar"] = {{"state", sidecar_word(frame.overview.sidecar)},
                      {"missing", is_missing ? json(frame.sidecar.missing) : json()},
                      {"last_pass_age_seconds", known(frame.sidecar.pass_age_seconds)}};
  shown["lost"] = is_missing ? json() : json(frame.sidecar.lost);
  shown["alerts"] = is_missing ? json() : json::array();
  shown["latency"] = is_missing ? json() : json::array();
  for (const ActiveAlert& alert : frame.sidecar.alerts) {
    shown["alerts"].push_back({{"name", alert.name},
                               {"state", alert.state},
                               {"severity", alert.severity},
                               {"labels", alert.labels},
                               {"since", alert.since.empty() ? json() : json(alert.since)}});
  }
  for (const WatchedLatency& each : frame.latencies) shown["latency"].push_back(latency_json(each));
}

}  // namespace

std::string top_json(const TopFrame& frame, int indent) {
  const std::chrono::duration<double> interval = frame.interval;
  json shown{{"time", outputs::wall_text(frame.wall_ms)},
             {"interval_seconds", interval.count()},
             {"segment_dir", frame.overview.directory},
             {"armed", frame.overview.armed},
             {"producers", json::array()},
             {"gates", json::array()},
             {"counters", json::array()},
             {"unreadable", frame.overview.unreadable}};
  add_sidecar_figures(frame, shown);
  for (const WatchedProducer& each : frame.producers)
    shown["producers"].push_back(producer_json(each));
  for (const GateOverview& gate : frame.overview.gates) shown["gates"].push_back(gate_json(gate));
  for (const WatchedCount& each : frame.counters) {
    shown["counters"].push_back({{"producer", each.producer},
                                 {"series", each.series},
                                 {"value", static_cast<std::uint64_t>(each.count)},
                                 {"per_second", rates_json(each.rate)}});
  }
  return shown.dump(indent, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace outrider::cli
