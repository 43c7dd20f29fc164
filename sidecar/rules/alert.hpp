// SPDX-License-Identifier: Apache-2.0
// The states of one alert: Prometheus' own, and one more, `no data`. Pure: time
// and condition come in, the state comes out.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "aggregate/schema.hpp"

namespace outrider::rules {

enum class AlertState : std::uint8_t { inactive, pending, firing, no_data };

/// "inactive", "pending", "firing", "no_data".
std::string_view state_name(AlertState state);

/// What one evaluation says of an alert.
enum class Condition : std::uint8_t {
  clear,
  met,
  unknown,  ///< not met, but the series that could meet it are missing
};

struct AlertTiming {
  std::chrono::nanoseconds hold{};         ///< `for`
  std::chrono::nanoseconds keep_firing{};  ///< `keep_firing_for`
};

/// Times are those given to observe(); each is that of the latest occurrence.
struct Alert {
  AlertTiming timing;
  AlertState state = AlertState::inactive;
  std::chrono::nanoseconds active_at{};    ///< since when the condition holds
  std::chrono::nanoseconds fired_at{};     ///< when it last began to fire
  std::chrono::nanoseconds resolved_at{};  ///< when it last stopped being pending or firing
  std::optional<std::chrono::nanoseconds> clear_since{};  ///< while it keeps firing

  AlertState observe(Condition condition, std::chrono::nanoseconds now) noexcept;
  AlertState observe(bool met, std::chrono::nanoseconds now) noexcept {
    return observe(met ? Condition::met : Condition::clear, now);
  }

  [[nodiscard]] bool is_active() const noexcept {
    return state == AlertState::pending || state == AlertState::firing;
  }
};

/// One alert of a rule: a label set and its state. The address is stable for as
/// long as the rule and the series exist, over every change of plan. The labels
/// never change; the rest is written by the guard thread only.
struct AlertInstance : Alert {
  aggregate::Labels labels;         ///< with `alertname` and the rule's labels; what receivers see
  aggregate::Labels source_labels;  ///< of the expression's result: what $labels means
  double value = 0;                 ///< of the expression when the condition last held

  /// Neither pending nor firing, for the discovery thread, which gives up
  /// instances whose series are gone.
  std::atomic<bool> at_rest{true};
};

}  // namespace outrider::rules
