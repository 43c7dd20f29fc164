// SPDX-License-Identifier: Apache-2.0
#include "outputs/alerts/report.hpp"

#include <algorithm>

#include "outputs/alerts/json_text.hpp"
#include "outputs/status.hpp"
#include "rules/text_template.hpp"

namespace outrider::alerts {

namespace {

using prometheus::MetricType;

Json time_json(nanoseconds wall) {
  if (wall == nanoseconds{0}) return {};
  return outputs::wall_text(wall / std::chrono::milliseconds{1});
}

Json to_json(const Report::AlertLine& line) {
  return {{"labels", labels_json(line.alert.labels)},
          {"annotations", labels_json(line.alert.annotations)},
          {"state", line.state},
          {"activeAt", time_json(line.alert.starts_at)},
          {"endedAt", time_json(line.alert.ends_at)},
          {"value", rules::value_text(line.alert.value)},
          {"untold", line.untold}};
}

Json to_json(const Report::ReceiverLine& line) {
  return {{"name", line.name},
          {"breaker", breaker_word(line.breaker)},
          {"waiting", line.waiting},
          {"sent", line.tally.sent},
          {"failed", line.tally.failed},
          {"refused", line.tally.refused},
          {"dropped", line.tally.dropped},
          {"last_error", line.last_error}};
}

prometheus::ClientMetric labelled(std::vector<prometheus::ClientMetric::Label> labels,
                                  MetricType type, double value) {
  prometheus::ClientMetric metric;
  metric.label = std::move(labels);
  (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  return metric;
}

}  // namespace

void Latencies::add(nanoseconds latency) {
  const double seconds = std::chrono::duration<double>(latency).count();
  const auto bucket = std::lower_bound(edges.begin(), edges.end(), seconds) - edges.begin();
  ++counts_[static_cast<std::size_t>(bucket)];
  sum_ += seconds;
}

prometheus::ClientMetric Latencies::metric() const {
  prometheus::ClientMetric metric;
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < edges.size(); ++i)
    metric.histogram.bucket.push_back({count += counts_[i], edges[i]});
  metric.histogram.sample_count = count + counts_.back();
  metric.histogram.sample_sum = sum_;
  return metric;
}

std::string report_json(const Report& report) {
  Json alerts = Json::array();
  for (const auto& line : report.alerts) alerts.push_back(to_json(line));
  Json receivers = Json::array();
  for (const auto& line : report.receivers) receivers.push_back(to_json(line));
  const Json json{
      {"status", "success"},
      {"data", {{"alerts", alerts}, {"receivers", receivers}, {"poisoned", report.poisoned}}}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

namespace {

/// One sample or more for each receiver.
outputs::Families receiver_families(const Report& report) {
  prometheus::MetricFamily total{"outrider_notifications_total",
                                 "Alerts handed to a receiver, by how that ended.",
                                 MetricType::Counter,
                                 {}};
  prometheus::MetricFamily queue{"outrider_notification_queue_length",
                                 "Alerts that a receiver has yet to be told of.",
                                 MetricType::Gauge,
                                 {}};
  prometheus::MetricFamily breaker{"outrider_notification_breaker_state",
                                   "The state of a receiver's breaker: 1 for it, else 0.",
                                   MetricType::Gauge,
                                   {}};
  for (const auto& [name, state, waiting, tally, last_error] : report.receivers) {
    const std::pair<const char*, std::uint64_t> results[] = {{"sent", tally.sent},
                                                             {"failed", tally.failed},
                                                             {"refused", tally.refused},
                                                             {"dropped", tally.dropped}};
    for (const auto& [result, count] : results)
      total.metric.push_back(labelled({{"receiver", name}, {"result", result}}, MetricType::Counter,
                                      static_cast<double>(count)));
    queue.metric.push_back(
        labelled({{"receiver", name}}, MetricType::Gauge, static_cast<double>(waiting)));
    for (const auto each : {BreakerState::closed, BreakerState::open, BreakerState::half_open})
      breaker.metric.push_back(
          labelled({{"receiver", name}, {"state", std::string{breaker_word(each)}}},
                   MetricType::Gauge, each == state ? 1 : 0));
  }
  return {std::move(total), std::move(queue), std::move(breaker)};
}

}  // namespace

outputs::Families report_families(const Report& report) {
  prometheus::MetricFamily latency{"outrider_notification_latency_seconds",
                                   "From the last look before a breach to the receiver's answer.",
                                   MetricType::Histogram,
                                   {report.latencies.metric()}};
  prometheus::MetricFamily poisoned{
      "outrider_notifications_poisoned",
      "Messages that a receiver refused and that wait for `outrider alerts requeue`.",
      MetricType::Gauge,
      {labelled({}, MetricType::Gauge, static_cast<double>(report.poisoned))}};
  outputs::Families families{std::move(latency), std::move(poisoned)};
  if (report.receivers.empty()) return families;
  for (auto& family : receiver_families(report)) families.push_back(std::move(family));
  return families;
}

}  // namespace outrider::alerts
