// SPDX-License-Identifier: Apache-2.0
// A dump for people, and as CSV for a spreadsheet.
#include <algorithm>

#include "cli/csv.hpp"
#include "cli/dump.hpp"
#include "cli/quantity.hpp"
#include "cli/table.hpp"
#include "outputs/query_answer.hpp"
#include "outputs/status.hpp"

namespace outrider::cli {
namespace {

constexpr std::size_t samples_for_people = 10;

std::string known_text(const std::optional<std::uint64_t>& count) {
  return count ? std::to_string(*count) : "unknown";
}

std::string head(const Dump& dump) {
  const shm::TelemetryHeader& header = dump.header;
  std::string text = std::string(header.name.data()) + " generation " +
                     std::to_string(header.generation) + "  " + std::string(to_string(dump.state)) +
                     "  pid " + std::to_string(header.pid);
  for (const auto& [word, said] : {std::pair{"  instance ", header.instance.data()},
                                   std::pair{"  version ", header.version.data()}}) {
    if (*said != '\0') text += word + printable(said);
  }
  text += "\nfile " + dump.file + "\ncreated " +
          outputs::wall_text(static_cast<std::int64_t>(header.created_wall_ns / 1'000'000)) + '\n';
  if (dump.retired) text += "retired: the sidecar has all of it in its own totals\n";
  const LawReading& law = dump.reading.law;
  text += "recorded " + std::to_string(law.recorded) + " = taken by sidecars " +
          known_text(law.taken) + " + in the rings " + known_text(law.in_ring) + " + spilled " +
          std::to_string(law.spilled) + '\n';
  if (law.impossible_lanes != 0)
    text +=
        "but for " + std::to_string(law.impossible_lanes) + " lanes that cannot be, see below\n";
  text += "clipped " + std::to_string(law.clipped) + "  clock anomalies " +
          std::to_string(law.anomalies) + "  registrations refused " + std::to_string(law.refused) +
          '\n';
  return text;
}

std::string gates_text(const Dump& dump) {
  if (dump.gates.empty()) return {};
  std::vector<Row> rows{{"GATE", "STATE", "SINCE", "SCOPE", "REASON"}};
  for (const GateOverview& gate : dump.gates) {
    rows.push_back({gate.gate, std::string(to_string(gate.state)),
                    outputs::wall_text(gate.since_ms), gate.scope, gate.reason});
  }
  return '\n' + table(rows);
}

/// What is still here of a histogram: in the rings, and spilled.
Distribution left_of(const SeriesReading& series) {
  Distribution left = series.spilled;
  for (const auto& [bucket, times] : series.in_ring.buckets) left.add(bucket, times);
  return left;
}

std::string series_text(const Dump& dump) {
  std::vector<Row> values{{"SERIES", "KIND", "VALUE"}};
  std::vector<Row> distributions{
      {"HISTOGRAM, AS FAR AS NOBODY TOOK IT", "IN RINGS", "SPILLED", "P50", "P99", "MAX"}};
  for (const SeriesReading& series : dump.reading.series) {
    if (series.info.kind == shm::SeriesKind::gate) continue;
    if (series.info.kind != shm::SeriesKind::histogram) {
      values.push_back(
          {series.info.text(), std::string(kind_word(series.info.kind)), value_text(series)});
      continue;
    }
    const Distribution left = left_of(series);
    distributions.push_back({series.info.text(), std::to_string(series.in_ring.count),
                             std::to_string(series.spilled.count),
                             quantity_text(series.info, left.quantile(0.5)),
                             quantity_text(series.info, left.quantile(0.99)),
                             quantity_text(series.info, left.maximum())});
  }
  std::string text;
  if (values.size() > 1) text += '\n' + table(values);
  if (distributions.size() > 1) text += '\n' + table(distributions);
  return text;
}

std::string samples_text(const Dump& dump) {
  std::vector<SampleReading> last = dump.reading.samples;
  if (last.empty()) return {};
  std::stable_sort(last.begin(), last.end(),
                   [](const auto& a, const auto& b) { return a.stamp_ns < b.stamp_ns; });
  const std::size_t all = last.size();
  last.erase(last.begin(),
             last.end() - static_cast<std::ptrdiff_t>(std::min(samples_for_people, last.size())));
  std::vector<Row> rows{{"LAST SAMPLES", "LANE", "SERIES", "VALUE"}};
  for (const SampleReading& sample : last) {
    const shm::SeriesInfo& info = dump.reading.series[sample.series].info;
    const std::string time = dump.time_of(sample);
    rows.push_back({time.empty() ? "another boot" : time, std::to_string(sample.lane), info.text(),
                    quantity_text(info, sample.value)});
  }
  std::string text = '\n' + table(rows);
  if (all > last.size())
    text += "these and " + std::to_string(all - last.size()) + " before them: --format csv\n";
  return text;
}

struct Line {
  const char* record = "";
  std::string series{};
  std::string lane{};
  std::string time{};
  std::string value{};
  std::string count{};
  std::string note{};
};

void write(std::string& csv, const Dump& dump, const Line& line) {
  csv += csv_field(dump.header.name.data()) + ',' + std::to_string(dump.header.generation) + ',' +
         line.record + ',' + csv_field(line.series) + ',' + line.lane + ',' + line.time + ',' +
         line.value + ',' + line.count + ',' + csv_field(line.note) + "\r\n";
}

void write_totals(std::string& csv, const Dump& dump) {
  const LawReading& law = dump.reading.law;
  const auto total = [&](const char* name, const std::optional<std::uint64_t>& count) {
    write(csv, dump, {"total", name, "", "", "", count ? std::to_string(*count) : ""});
  };
  total("recorded", law.recorded);
  total("taken", law.taken);
  total("in_ring", law.in_ring);
  total("spilled", law.spilled);
  total("clipped", law.clipped);
  total("anomalies", law.anomalies);
  total("refused", law.refused);
}

}  // namespace

std::string dump_text(const Dump& dump) {
  std::string text = head(dump) + gates_text(dump) + series_text(dump) + samples_text(dump);
  for (const std::string& problem : dump.reading.problems)
    text += "not believed: " + problem + '\n';
  return text;
}

std::string dump_csv_head() {
  return "producer,generation,record,series,lane,time,value,count,note\r\n";
}

std::string dump_csv(const Dump& dump) {
  std::string csv;
  write_totals(csv, dump);
  for (const GateOverview& gate : dump.gates) {
    write(csv, dump,
          {"gate", gate.gate, "", outputs::wall_text(gate.since_ms), "", "",
           std::string(to_string(gate.state)) +
               (gate.reason.empty() ? "" : ": " + printable(gate.reason))});
  }
  for (const SeriesReading& series : dump.reading.series) {
    if (series.info.kind == shm::SeriesKind::gate) continue;
    write(csv, dump,
          {"series", series.info.text(), "", "", value_text(series), "",
           std::string(kind_word(series.info.kind))});
    for (const auto& [bucket, times] : series.spilled.buckets) {
      const double end = in_base_units(series.info, series.spilled.layout.highest(bucket));
      write(
          csv, dump,
          {"bucket", series.info.text(), "", "", outputs::sample_text(end), std::to_string(times)});
    }
  }
  for (const SampleReading& sample : dump.reading.samples) {
    const shm::SeriesInfo& info = dump.reading.series[sample.series].info;
    write(csv, dump,
          {"sample", info.text(), std::to_string(sample.lane), dump.time_of(sample),
           outputs::sample_text(in_base_units(info, sample.value)), "1"});
  }
  for (const std::string& problem : dump.reading.problems)
    write(csv, dump, {"problem", "", "", "", "", "", problem});
  return csv;
}

}  // namespace outrider::cli
