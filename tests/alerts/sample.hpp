// SPDX-License-Identifier: Apache-2.0
// Alerts and times for the tests of this folder.
#pragma once

#include <string>

#include "outputs/alerts/book.hpp"

namespace outrider::alerts {

using namespace std::chrono_literals;

/// 2026-11-21T08:00:00Z.
inline constexpr nanoseconds eight_o_clock = 1795248000s;

/// So long after eight o'clock, and after the start of the machine.
inline Time at(nanoseconds since) {
  return {1h + since, eight_o_clock + since};
}

inline Alert sample(const std::string& name, const std::string& severity = "critical",
                    nanoseconds starts = 0s) {
  Alert alert;
  alert.labels = {{"alertname", name}, {"severity", severity}, {"venue", "binance"}};
  alert.annotations = {{"summary", name + " of binance"}};
  alert.starts_at = eight_o_clock + starts;
  return alert;
}

inline Alert sample_kill(const std::string& scope) {
  Alert alert;
  alert.labels = {{"action", "kill"}, {"alertname", "OutriderTrip"}, {"scope", scope}};
  alert.starts_at = eight_o_clock;
  return alert;
}

}  // namespace outrider::alerts
