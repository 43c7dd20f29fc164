// SPDX-License-Identifier: Apache-2.0
// What is known of alerts and of those who are told, for people and for
// Prometheus. Pure: values in, text and metric families out.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "outputs/alerts/receiver.hpp"
#include "outputs/exposition.hpp"

namespace outrider::alerts {

/// From the breach to an alert that a receiver has accepted.
class Latencies {
 public:
  static constexpr std::array<double, 10> edges{0.001, 0.0025, 0.005, 0.01, 0.025,
                                                0.05,  0.1,    0.5,   1,    5};
  void add(nanoseconds latency);
  [[nodiscard]] prometheus::ClientMetric metric() const;

 private:
  std::array<std::uint64_t, edges.size() + 1> counts_{};
  double sum_ = 0;
};

struct Report {
  struct AlertLine {
    std::string state;  ///< firing, pending or resolved
    Alert alert;
    std::vector<std::string> untold;  ///< receivers that do not know yet
  };
  struct ReceiverLine {
    std::string name;
    BreakerState breaker = BreakerState::closed;
    std::size_t waiting = 0;
    Tally tally;
    std::string last_error;
  };
  std::vector<AlertLine> alerts;
  std::vector<ReceiverLine> receivers;
  std::size_t poisoned = 0;
  Latencies latencies;
};

/// The answer of /api/v1/alerts: Prometheus' own members, and ours beside them.
std::string report_json(const Report& report);

/// outrider_notification*.
outputs::Families report_families(const Report& report);

}  // namespace outrider::alerts
