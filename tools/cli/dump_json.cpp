// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/dump.hpp"
#include "cli/quantity.hpp"
#include "cli/status_text.hpp"
#include "outputs/query_answer.hpp"
#include "outputs/status.hpp"

namespace outrider::cli {
namespace {

using nlohmann::json;

json known(const std::optional<std::uint64_t>& count) {
  return count ? json(*count) : json();
}

json law_json(const LawReading& law) {
  return {{"recorded", law.recorded},
          {"taken", known(law.taken)},
          {"in_ring", known(law.in_ring)},
          {"spilled", law.spilled},
          {"impossible_lanes", law.impossible_lanes},
          {"clipped", law.clipped},
          {"anomalies", law.anomalies},
          {"refused", law.refused}};
}

/// JSON has no NaN and no infinity.
json number(double value) {
  return std::isfinite(value) ? json(value) : json(outputs::sample_text(value));
}

json value_json(const SeriesReading& series) {
  if (const auto* count = std::get_if<std::uint64_t>(&series.value)) return *count;
  if (const auto* level = std::get_if<std::int64_t>(&series.value)) return *level;
  const auto* value = std::get_if<double>(&series.value);
  return value == nullptr ? json() : number(*value);
}

json series_json(const SeriesReading& series) {
  json labels = json::object();
  for (const auto& [name, value] : series.info.labels) labels[name] = value;
  json shown{{"name", series.info.name},
             {"labels", labels},
             {"kind", kind_word(series.info.kind)},
             {"help", series.info.help}};
  if (series.info.kind != shm::SeriesKind::histogram) {
    shown["value"] = value_json(series);
    return shown;
  }
  json buckets = json::array();
  for (const auto& [bucket, times] : series.spilled.buckets) {
    buckets.push_back({{"up_to", in_base_units(series.info, series.spilled.layout.highest(bucket))},
                       {"count", times}});
  }
  shown["in_ring"] = series.in_ring.count;
  shown["spilled"] = {
      {"count", series.spilled.count}, {"sum", series.spilled_sum}, {"buckets", buckets}};
  return shown;
}

json dump_object(const Dump& dump) {
  json shown{{"producer", dump.header.name.data()},
             {"generation", dump.header.generation},
             {"file", dump.file},
             {"instance", dump.header.instance.data()},
             {"version", dump.header.version.data()},
             {"pid", dump.header.pid},
             {"state", to_string(dump.state)},
             {"retired", dump.retired},
             {"created", outputs::wall_text(
                             static_cast<std::int64_t>(dump.header.created_wall_ns / 1'000'000))},
             {"totals", law_json(dump.reading.law)},
             {"gates", json::array()},
             {"series", json::array()},
             {"samples", json::array()},
             {"problems", dump.reading.problems}};
  for (const GateOverview& gate : dump.gates) shown["gates"].push_back(gate_json(gate));
  for (const SeriesReading& series : dump.reading.series) {
    if (series.info.kind != shm::SeriesKind::gate) shown["series"].push_back(series_json(series));
  }
  for (const SampleReading& sample : dump.reading.samples) {
    const shm::SeriesInfo& info = dump.reading.series[sample.series].info;
    const std::string time = dump.time_of(sample);
    shown["samples"].push_back({{"series", info.text()},
                                {"lane", sample.lane},
                                {"time", time.empty() ? json() : json(time)},
                                {"monotonic_ns", sample.stamp_ns},
                                {"value", in_base_units(info, sample.value)}});
  }
  return shown;
}

json dump_array(const std::vector<Dump>& dumps) {
  json all = json::array();
  for (const Dump& each : dumps) all.push_back(dump_object(each));
  return all;
}

std::string written(const json& value) {
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string dump_json(const std::vector<Dump>& dumps) {
  return written(dump_array(dumps));
}

std::string flight_json(const FlightRecording& recording, const std::vector<Dump>& dumps) {
  return written({{"recording", recording.said}, {"segments", dump_array(dumps)}});
}

}  // namespace outrider::cli
