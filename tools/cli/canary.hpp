// SPDX-License-Identifier: Apache-2.0
// A trader with one gate and no orders, whose breach the sidecar must answer: the
// whole way from a stored sample to a refused order, without harm to anybody.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "config/config.hpp"
#include "outrider/producer.hpp"

namespace outrider::cli {

/// The alert that the sidecar's rules must have, and what it must do: close the
/// gates of the producer of this name for a moment, and nothing else.
using config::drill_alert;
inline constexpr std::string_view canary_name = "outrider-canary";

/// From just before the breach was stored, by the canary's own clock.
struct TripTimes {
  std::chrono::nanoseconds stored{};   ///< T3 - T0: the gate's word
  std::chrono::nanoseconds refused{};  ///< T4 - T0: the first refusal
};

class Canary {
 public:
  /// Nothing when there is one already, or no directory; `problem` says so.
  static std::optional<Canary> create(const std::string& directory, std::string& problem);

  /// Waits for the gate to open, breaches, waits for it to close. Nothing when
  /// either takes longer than `patience`; `problem` says which, and why.
  std::optional<TripTimes> trip(std::chrono::milliseconds patience, std::string& problem);

 private:
  explicit Canary(Producer producer);
  [[nodiscard]] GateView view_of_the_drill() const;
  [[nodiscard]] bool wait_until(bool open, std::chrono::milliseconds patience) const;

  Producer producer_;
  Writer writer_;
  Gauge breach_;
  Gauge last_success_;
  Histogram latency_;
  Gate gate_;
};

}  // namespace outrider::cli
