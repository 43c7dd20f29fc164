// SPDX-License-Identifier: Apache-2.0
#include "outputs/live/messages.hpp"

#include <cmath>

#include "outputs/health.hpp"
#include "outputs/json.hpp"

namespace outrider::outputs {
namespace {

using aggregate::Snapshot;
using aggregate::ValueId;

std::string message(const char* type, Json data, WallMs now) {
  return packed({{"type", type}, {"data", std::move(data)}, {"timestamp", wall_json(now)}});
}

/// Null where there is none; JSON has no word for infinity.
Json value_at(const Snapshot& snapshot, ValueId id) {
  const bool is_number = snapshot.present[id] != 0 && std::isfinite(snapshot.values[id]);
  return is_number ? Json(snapshot.values[id]) : Json{};
}

Json to_json(const LiveLatency& latency, const Snapshot& snapshot) {
  const std::size_t edges = latency.family->edges.size();
  const ValueId first = latency.metric->first_value;
  Json cumulative = Json::array();
  for (std::size_t i = 0; i <= edges; ++i)
    cumulative.push_back(value_at(snapshot, first + static_cast<ValueId>(i)));
  Json quantiles = Json::object();
  for (std::size_t i = 0; i < latency.rolling->edges.size(); ++i) {
    quantiles[aggregate::edge_text(latency.rolling->edges[i])] =
        value_at(snapshot, latency.first_quantile + static_cast<ValueId>(i));
  }
  return {{"name", latency.family->name},
          {"labels", labels_json(latency.metric->labels)},
          {"edges", latency.family->edges},
          {"cumulative", std::move(cumulative)},
          {"window", live_window},
          {"quantiles", std::move(quantiles)},
          {"max", value_at(snapshot, latency.maximum)}};
}

Json to_json(const LiveCounter& counter, const Snapshot& snapshot) {
  return {{"name", counter.family->name},
          {"labels", labels_json(counter.metric->labels)},
          {"value", value_at(snapshot, counter.metric->first_value)}};
}

}  // namespace

std::string metrics_message(const LiveIndex& index, const Snapshot& snapshot,
                            const Status& status) {
  const auto as_json = [&snapshot](const auto& each) { return to_json(each, snapshot); };
  Json data = {{"latencies", list_json(index.latencies, as_json)},
               {"counters", list_json(index.counters, as_json)},
               {"left_out",
                {{"latencies", index.latencies_left_out}, {"counters", index.counters_left_out}}},
               {"samples", samples_to_json(status)}};
  return message("metrics", std::move(data), snapshot.wall_ms);
}

std::string health_message(const Status& status) {
  Json data = status_to_json(status);
  data.update(health_to_json(status));
  return message("health", std::move(data), status.now);
}

std::string alert_message(const AlertStatus& alert, WallMs now) {
  return message("alert", to_json(alert), now);
}

std::string heartbeat_message(const Status& status) {
  return message(
      "heartbeat",
      {{"healthy", is_healthy(status)}, {"last_pass_age_seconds", age_json(status.last_pass_age)}},
      status.now);
}

}  // namespace outrider::outputs
