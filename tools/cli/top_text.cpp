// SPDX-License-Identifier: Apache-2.0
#include "cli/top_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "cli/quantity.hpp"
#include "cli/status_text.hpp"
#include "config/duration.hpp"
#include "outputs/status.hpp"

namespace outrider::cli {
namespace {

Tone tone_of(segments::ProducerState state) {
  switch (state) {
    case segments::ProducerState::live:
      return Tone::good;
    case segments::ProducerState::stalled:
      return Tone::warning;
    case segments::ProducerState::dead:
      return Tone::bad;
    case segments::ProducerState::idle:
    case segments::ProducerState::closed:
      break;
  }
  return Tone::faint;
}

Tone tone_of(GateState state) {
  switch (state) {
    case GateState::trading:
      return Tone::good;
    case GateState::probing:
    case GateState::reduce_only:
      return Tone::warning;
    case GateState::halted:
    case GateState::unarmed:
    case GateState::killed:
    case GateState::stale:
      break;
  }
  return Tone::bad;
}

Tone tone_of(SidecarState state) {
  if (state == SidecarState::running) return Tone::good;
  return state == SidecarState::unknown ? Tone::warning : Tone::bad;
}

Tone tone_of_alert(const std::string& state) {
  return state == "firing" ? Tone::bad : Tone::warning;
}

/// What is not as new as it should be is seen to be so.
Cell beat_cell(const WatchedProducer& producer) {
  if (producer.heartbeat_age == std::chrono::nanoseconds::max()) return {"never", Tone::warning};
  const std::chrono::duration<double> age = producer.heartbeat_age;
  const Tone tone = producer.heartbeat_age < segments::stalled_after ? Tone::plain
                    : age < std::chrono::seconds{10}                 ? Tone::warning
                                                                     : Tone::bad;
  return {seconds_text(age.count()), tone};
}

void add_rates(Row& row, const Averages& rates) {
  row.emplace_back(rate_text(rates.last));
  for (const auto& average : rates.over) row.emplace_back(rate_text(average));
}

std::string count_text(const std::optional<std::uint64_t>& count) {
  return count ? std::to_string(*count) : "?";
}

std::string lost_text(const SidecarView& sidecar) {
  std::uint64_t sum = 0;
  std::string causes;
  for (const auto& [cause, samples] : sidecar.lost) {
    sum += samples;
    if (samples != 0) causes += ' ' + cause + ' ' + std::to_string(samples);
  }
  return std::to_string(sum) + causes;
}

std::string line(const Row& row, const Paper& paper) {
  return table({row}, paper);
}

std::string head(const TopFrame& frame, const Paper& paper) {
  const Overview& overview = frame.overview;
  std::string text = line({"outrider top", outputs::wall_text(frame.wall_ms),
                           "every " + config::duration_text(frame.interval), overview.directory},
                          paper);
  Row sidecar{"sidecar", {std::string(sidecar_word(overview.sidecar)), tone_of(overview.sidecar)}};
  if (overview.armed) {
    sidecar.emplace_back("armed since " + outputs::wall_text(overview.armed_since_ms));
  } else {
    sidecar.emplace_back("UNARMED: no gate opens until a person arms", Tone::bad);
  }
  text += line(sidecar, paper);
  if (!frame.sidecar.missing.empty()) {
    text += line({{"missing: " + frame.sidecar.missing, Tone::bad}}, paper);
    return text +
           line({{"         so latency, alerts and lost samples are not known", Tone::bad}}, paper);
  }
  const std::string lost = lost_text(frame.sidecar);
  return text + line({"lost", {lost, lost == "0" ? Tone::plain : Tone::bad}}, paper);
}

std::string alerts_text(const TopFrame& frame, const Paper& paper) {
  if (!frame.sidecar.missing.empty()) return {};
  if (frame.sidecar.alerts.empty()) return "\nno alerts\n";
  std::vector<Row> rows{{"ALERT", "STATE", "SEVERITY", "SINCE", "LABELS"}};
  for (const ActiveAlert& alert : frame.sidecar.alerts) {
    rows.push_back({alert.name,
                    {alert.state, tone_of_alert(alert.state)},
                    alert.severity,
                    alert.since,
                    alert.labels});
  }
  return '\n' + table(rows, paper);
}

std::string gates_text(const TopFrame& frame, const Paper& paper) {
  if (frame.overview.gates.empty()) return "\nno gates\n";
  std::vector<Row> rows{{"GATE", "STATE", "SINCE", "SCOPE", "REASON"}};
  for (const GateOverview& gate : frame.overview.gates) {
    rows.push_back({gate.producer + '/' + gate.gate,
                    {std::string(to_string(gate.state)), tone_of(gate.state)},
                    outputs::wall_text(gate.since_ms),
                    gate.scope,
                    gate.reason});
  }
  return '\n' + table(rows, paper);
}

std::string producers_text(const TopFrame& frame, const Paper& paper) {
  if (frame.producers.empty()) return "\nno producers\n";
  std::vector<Row> rows{{"PRODUCER", "STATE", "PID", "BEAT", "SAMPLES/S", "10S", "100S", "1000S",
                         "RECORDED", "IN RINGS", "SPILLED"}};
  for (const WatchedProducer& each : frame.producers) {
    Row row{each.who.name,
            {std::string(to_string(each.who.state)), tone_of(each.who.state)},
            std::to_string(each.who.pid),
            beat_cell(each)};
    add_rates(row, each.samples);
    row.emplace_back(std::to_string(each.law.recorded));
    row.emplace_back(count_text(each.law.in_ring));
    row.emplace_back(std::to_string(each.law.spilled),
                     each.law.spilled == 0 ? Tone::plain : Tone::warning);
    rows.push_back(std::move(row));
  }
  return '\n' + table(rows, paper);
}

std::string latency_cell(const Latency& latency, const std::optional<double>& value) {
  if (!value) return "-";
  if (latency.is_time) return seconds_text(*value);
  return rate_text(value);
}

std::string latencies_text(const TopFrame& frame, const Paper& paper) {
  if (frame.latencies.empty()) return {};
  std::vector<Row> rows{{"LATENCY, LAST 10 S", "P50", "P90", "P99", "P99.9", "MAX", "SAMPLES/S",
                         "10S", "100S", "1000S"}};
  for (const WatchedLatency& each : frame.latencies) {
    Row row{each.latency.series};
    for (const auto member :
         {&Latency::p50, &Latency::p90, &Latency::p99, &Latency::p999, &Latency::maximum}) {
      row.emplace_back(latency_cell(each.latency, each.latency.*member));
    }
    add_rates(row, each.rate);
    rows.push_back(std::move(row));
  }
  return '\n' + table(rows, paper);
}

std::string counters_text(const TopFrame& frame, const Paper& paper) {
  if (frame.counters.empty()) return {};
  const bool is_one = frame.producers.size() == 1;
  std::vector<Row> rows{{"COUNTER", "PER SECOND", "10S", "100S", "1000S", "TOTAL"}};
  for (const WatchedCount& each : frame.counters) {
    Row row{(is_one ? "" : each.producer + '/') + each.series};
    add_rates(row, each.rate);
    row.emplace_back(std::to_string(static_cast<std::uint64_t>(each.count)));
    rows.push_back(std::move(row));
  }
  return '\n' + table(rows, paper);
}

std::string cut_lines(const std::string& text, std::size_t lines) {
  const auto all = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  if (lines == 0 || all <= lines) return text;
  std::size_t end = 0;
  for (std::size_t line = 1; line < lines; ++line) end = text.find('\n', end) + 1;
  return text.substr(0, end) + "... and " + std::to_string(all - lines + 1) + " more lines\n";
}

}  // namespace

std::string rate_text(const std::optional<double>& rate) {
  if (!rate) return "-";
  double shown = *rate;
  std::size_t unit = 0;
  constexpr std::array<const char*, 4> units{"", "k", "M", "G"};
  for (; shown >= 999.5 && unit + 1 < units.size(); ++unit) shown /= 1000;
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.3g%s", shown, units[unit]);
  return text.data();
}

std::string top_text(const TopFrame& frame, const Paper& paper, std::size_t lines) {
  if (!frame.overview.problem.empty()) return frame.overview.problem + '\n';
  std::string text = head(frame, paper) + alerts_text(frame, paper) + gates_text(frame, paper) +
                     producers_text(frame, paper) + latencies_text(frame, paper) +
                     counters_text(frame, paper);
  for (const std::string& each : frame.overview.unreadable)
    text += "cannot read " + printable(each) + '\n';
  return cut_lines(text, lines);
}

}  // namespace outrider::cli
