// SPDX-License-Identifier: Apache-2.0
// What tests of probes share: scripts, and one probe driven by the clock that the
// test holds or by the real one.
#pragma once

#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>

#include "aggregate/values_builder.hpp"
#include "probes/probe.hpp"
#include "probes/transfers.hpp"
#include "temporary_directory.hpp"

namespace outrider::probes {

using namespace std::chrono_literals;

inline std::string write_script(const std::string& path, const std::string& body) {
  std::ofstream{path} << "#!/bin/sh\n" << body << '\n';
  ::chmod(path.c_str(), 0700);
  return path;
}

inline std::string read_text(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

inline Time real_time() {
  const auto since = [](auto clock) { return nanoseconds{clock.time_since_epoch()}; };
  return {since(std::chrono::steady_clock::now()), since(std::chrono::system_clock::now())};
}

/// A sample's value by "name{label=value,...}"; nothing when it has none now.
inline std::optional<double> value_of(aggregate::OutsideSeries& series, const std::string& wanted) {
  aggregate::ValuesBuilder builder{""};
  std::vector<std::string> refusals;
  builder.add_outside(std::shared_ptr<aggregate::OutsideSeries>{&series, [](auto*) {}}, refusals);
  const auto values = builder.build();
  values->take_outside();
  for (const aggregate::Series& each : aggregate::list_series(*values->schema())) {
    std::string name;
    std::string labels;
    for (const auto& [label, value] : each.labels) {
      if (label == "__name__") {
        name = value;
      } else {
        labels += (labels.empty() ? "" : ",") + label + '=' + value;
      }
    }
    double value = 0;
    if ((labels.empty() ? name : name + '{' + labels + '}') == wanted &&
        values->read(each.value, value))
      return value;
  }
  return std::nullopt;
}

/// One probe and what it says.
struct ProbeRig {
  explicit ProbeRig(const config::ProbeConfig& config, const Time& now = real_time())
      : probe{config, now, {transfers, say}} {}

  /// Until one more try has ended, by the real clock. False: not within 20 s.
  bool run_once() {
    const auto runs = [&] { return value("outrider_probe_runs_total").value_or(0); };
    const double before = runs();
    for (const Time begin = real_time(); real_time().steady < begin.steady + 20s;) {
      step();
      if (runs() > before) return true;
    }
    return false;
  }
  /// One step, and a wait of up to 5 ms for the next.
  void step() {
    transfers.step();
    probe.step(real_time());
    std::vector<int> watched;
    if (probe.descriptor() != -1) watched.push_back(probe.descriptor());
    transfers.wait(watched, 5ms);
  }
  /// Steps until the series has the value; false: not within 20 s.
  bool becomes(const std::string& series, std::optional<double> wanted) {
    for (const Time begin = real_time(); real_time().steady < begin.steady + 20s;) {
      step();
      if (value(series) == wanted) return true;
    }
    return false;
  }
  /// Of the probe `p`'s own series, or as value_of() takes it.
  std::optional<double> value(const std::string& series) {
    const bool is_own = series.starts_with("outrider_") && series.find('{') == std::string::npos;
    return value_of(*probe.series(), is_own ? series + "{probe=p}" : series);
  }

  Transfers transfers;
  std::vector<std::string> said;
  Probe::Say say = [this](const std::string& line) { said.push_back(line); };
  Probe probe;
};

}  // namespace outrider::probes
