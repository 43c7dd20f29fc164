// SPDX-License-Identifier: Apache-2.0
#include "profiles/simulated.hpp"

#include <cstdlib>

namespace outrider::testing {

SeriesText SeriesText::parse(const std::string& text) {
  const std::size_t brace = text.find('{');
  SeriesText series{text.substr(0, brace), {}};
  for (std::size_t at = brace; at != text.npos && text[at] != '}';) {
    const std::size_t equals = text.find('=', at);
    const std::size_t end = text.find('"', equals + 2);
    if (equals == text.npos || end == text.npos) break;
    series.labels.emplace_back(text.substr(at + 1, equals - at - 1),
                               text.substr(equals + 2, end - equals - 2));
    at = end + 1;
  }
  return series;
}

Simulated::Simulated(Producer& producer, Writer& writer, const YAML::Node& profile)
    : producer_{producer}, writer_{writer}, profile_{profile} {
  for (const YAML::Node& metric : profile["metrics"]) {
    metrics_[metric["name"].as<std::string>()] = metric;
  }
}

void Simulated::register_gates() {
  for (const YAML::Node& gate : profile_["gates"]) {
    std::vector<std::pair<std::string, std::string>> labels;
    for (const auto& label : gate["labels"])
      labels.emplace_back(label.first.as<std::string>(), label.second.as<std::string>());
    producer_.gate(gate["name"].as<std::string>(), Labels{labels});
  }
}

void Simulated::move_all() {
  for (const auto& [name, metric] : metrics_) {
    const auto source = metric["source"].as<std::string>("trader");
    if (source != "trader" && source != "probe") continue;
    std::string series;
    for (const auto& label : metric["labels"]) {
      series += (series.empty() ? "{" : ",") + label.first.as<std::string>() + "=\"" +
                label.second[0].as<std::string>() + '"';
    }
    Handle& handle = handle_of(name + (series.empty() ? "" : series + '}'));
    handle.histogram.record(1);
    hold(handle, 1);
  }
}

void Simulated::apply(const std::string& line) {
  const std::size_t space = line.rfind(' ');
  if (space == line.npos) return;
  Handle& handle = handle_of(line.substr(0, space));
  const std::string value = line.substr(space + 1);
  const double number = std::strtod(value.c_str() + (value[0] == '@' ? 1 : 0), nullptr);
  if (value[0] == '~') {
    const std::size_t comma = value.find(',');
    handle.is_second = !handle.is_second;
    const std::string each =
        handle.is_second ? value.substr(1, comma - 1) : value.substr(comma + 1);
    hold(handle, handle.level + std::strtod(each.c_str(), nullptr));
  } else if (value[0] == '@') {
    handle.histogram.record(static_cast<std::uint64_t>(number * handle.unit));
  } else {
    hold(handle, value[0] == '+' ? handle.level + number : number);
  }
}

void Simulated::hold(Handle& handle, double level) {
  // A counter does not go back: what would be less stays as it is.
  if (level > handle.level) {
    handle.counter.add(static_cast<std::uint64_t>(level - handle.level));
    for (double at = handle.level; handle.is_streak && at < level; ++at) handle.streak.failure();
  } else if (level < handle.level) {
    handle.streak.success();
    for (double at = 0; handle.is_streak && at < level; ++at) handle.streak.failure();
  }
  handle.gauge.set(level);
  if (handle.type != "counter" || level > handle.level) handle.level = level;
}

Simulated::Handle& Simulated::handle_of(const std::string& series) {
  const auto known = handles_.find(series);
  if (known != handles_.end()) return known->second;
  const SeriesText text = SeriesText::parse(series);
  return handles_.emplace(series, make(text, metrics_.at(text.name))).first->second;
}

Simulated::Handle Simulated::make(const SeriesText& series, const YAML::Node& metric) {
  const auto help = metric["help"].as<std::string>();
  const Labels labels{series.labels};
  Handle handle;
  handle.type = metric["type"].as<std::string>();
  if (handle.type == "counter") {
    handle.counter = writer_.counter(series.name, help, labels);
  } else if (handle.type == "histogram") {
    const bool is_time = metric["unit"].as<std::string>("") == "seconds";
    handle.unit = is_time ? 1e9 : 1e3;  // kept in nanoseconds, or in thousandths
    HistogramOptions options{.unit = is_time ? Unit::nanoseconds() : Unit::count(0.001)};
    options.bounds = metric["buckets"].as<std::vector<double>>(std::vector<double>{});
    handle.histogram = writer_.histogram(series.name, help, options, labels);
  } else if (metric["streak"].as<bool>(false)) {
    handle.is_streak = true;
    handle.streak = writer_.failure_streak(series.name, help, labels);
  } else {
    handle.gauge = writer_.gauge(series.name, help, labels);
  }
  return handle;
}

}  // namespace outrider::testing
