// SPDX-License-Identifier: Apache-2.0
#include "cli/sidecar_view.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/control_client.hpp"
#include "outputs/status.hpp"
#include "probes/exposition_text.hpp"

namespace outrider::cli {
namespace {

using nlohmann::json;

/// A page that comes later is no page of now.
constexpr std::chrono::milliseconds patience{1000};
constexpr std::string_view window = "10s";

std::string text_at(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// NAME{label="value"} without the labels that say which line of it this is.
std::string series_text(std::string_view name, const aggregate::Labels& labels) {
  std::string text;
  for (const auto& [label, value] : labels) {
    if (label == "window" || label == "quantile") continue;
    text += (text.empty() ? "" : ",") + label + "=\"" + value + '"';
  }
  return std::string(name) + (text.empty() ? "" : '{' + text + '}');
}

const std::string* value_of(const aggregate::Labels& labels, std::string_view wanted) {
  for (const auto& [label, value] : labels) {
    if (label == wanted) return &value;
  }
  return nullptr;
}

std::optional<double> Latency::*quantile_named(std::string_view text) {
  if (text == "0.5") return &Latency::p50;
  if (text == "0.9") return &Latency::p90;
  if (text == "0.99") return &Latency::p99;
  if (text == "0.999") return &Latency::p999;
  return nullptr;
}

/// By name and labels. A count's line alone makes none: it may be anybody's.
using Latencies = std::map<std::string, Latency>;

void take_sample(const probes::Sample& sample, Latencies& latencies) {
  const std::string* of_window = value_of(sample.labels, "window");
  if (of_window == nullptr || *of_window != window) return;
  std::string_view name = sample.name;
  const std::string* quantile = value_of(sample.labels, "quantile");
  const std::string_view suffix = quantile != nullptr ? "_rolling" : "_rolling_max";
  if (!name.ends_with(suffix)) return;
  name.remove_suffix(suffix.size());
  Latency& latency = latencies[series_text(name, sample.labels)];
  latency.is_time = name.ends_with("_seconds");
  if (quantile == nullptr) {
    latency.maximum = sample.value;
  } else if (const auto member = quantile_named(*quantile); member != nullptr) {
    latency.*member = sample.value;
  }
}

std::vector<Latency> latencies_of(std::string_view metrics) {
  const probes::Exposition page = probes::parse_exposition(metrics);
  Latencies latencies;
  std::map<std::string, double> counts;
  for (const probes::Sample& sample : page.samples) {
    if (!sample.name.ends_with("_count") || value_of(sample.labels, "window") != nullptr) {
      take_sample(sample, latencies);
      continue;
    }
    const std::string_view name{sample.name.data(), sample.name.size() - 6};
    counts[series_text(name, sample.labels)] = sample.value;
  }
  std::vector<Latency> all;
  for (auto& [series, latency] : latencies) {
    latency.series = series;
    latency.count = counts[series];
    all.push_back(std::move(latency));
  }
  return all;
}

int urgency(const std::string& state) {
  return state == "firing" ? 0 : state == "pending" ? 1 : 2;
}

std::vector<ActiveAlert> alerts_of(const json& status) {
  std::vector<ActiveAlert> alerts;
  for (const json& each : status.value("alerts", json::array())) {
    if (!each.is_object()) continue;
    ActiveAlert alert;
    alert.state = text_at(each, "state");
    if (alert.state == "inactive") continue;
    alert.name = text_at(each, "name");
    alert.since = text_at(each, "since");
    const json labels = each.value("labels", json::object());
    alert.severity = text_at(labels, "severity");
    for (const auto& [name, value] : labels.items()) {
      if (name == "alertname" || name == "severity" || !value.is_string()) continue;
      alert.labels += (alert.labels.empty() ? "" : ",") + name + '=' + value.get<std::string>();
    }
    alerts.push_back(std::move(alert));
  }
  std::stable_sort(alerts.begin(), alerts.end(), [](const auto& a, const auto& b) {
    return urgency(a.state) < urgency(b.state);
  });
  return alerts;
}

SidecarView without(const std::string& why) {
  SidecarView view;
  view.missing = why;
  return view;
}

}  // namespace

SidecarView read_pages(const std::string& status, std::string_view metrics) {
  const json page = json::parse(status, nullptr, false);
  const json samples = page.is_object() ? page.value("samples", json()) : json();
  if (!samples.is_object())
    return without("found another answer than a sidecar's; see who serves its socket");
  SidecarView view;
  const json age = page.value("last_pass_age_seconds", json());
  if (age.is_number()) view.pass_age_seconds = age.get<double>();
  const std::chrono::duration<double> longest = outputs::longest_pass_age;
  if (!view.pass_age_seconds || *view.pass_age_seconds > longest.count())
    return without("the sidecar answers, but finishes no pass: its figures are old");
  const json lost = samples.value("lost", json::object());
  for (const auto& [cause, count] : lost.items()) {
    if (count.is_number_unsigned()) view.lost[cause] = count.get<std::uint64_t>();
  }
  view.alerts = alerts_of(page);
  view.latencies = latencies_of(metrics);
  return view;
}

SidecarView ask_sidecar_view(const Places& places, SidecarState state) {
  if (state == SidecarState::absent) return without("no sidecar runs");
  if (state == SidecarState::stalled)
    return without("the sidecar has finished no pass for a second");
  const Door door{places.socket()};
  if (::access(door.socket.c_str(), W_OK) != 0 && errno == EACCES)
    return without("the sidecar's socket " + door.socket + " is closed to this user");
  const std::string status = page_of_sidecar(door, "/api/v1/status", patience);
  if (status.empty()) return without("no sidecar answers at " + door.socket);
  const std::string metrics = page_of_sidecar(door, "/metrics", patience);
  if (metrics.empty()) return without("the sidecar shows no /metrics within a second");
  return read_pages(status, metrics);
}

}  // namespace outrider::cli
