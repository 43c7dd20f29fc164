// SPDX-License-Identifier: Apache-2.0
// One alert as receivers see it. Its labels are its identity: two with the same
// labels are the same alert, here and in Alertmanager.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "aggregate/schema.hpp"
#include "promql/matcher.hpp"

namespace outrider::alerts {

using std::chrono::nanoseconds;

/// Both clocks: pauses are measured by `steady`, people read `wall` (Unix).
struct Time {
  nanoseconds steady{};
  nanoseconds wall{};
};

enum class Severity : std::uint8_t { info, warning, critical, emergency };

struct Alert {
  aggregate::Labels labels;  ///< sorted by name
  aggregate::Labels annotations;
  double value = 0;
  nanoseconds starts_at{};  ///< Unix
  nanoseconds ends_at{};    ///< Unix; 0 while it fires
  nanoseconds began{};      ///< steady: T0, no later than the breach; 0: not known
  /// A moment, not a state: told once, and nothing of an end; ends_at is when it was said.
  bool is_event = false;
};

/// The labels as one text: what maps are keyed by.
std::string identity_of(const aggregate::Labels& labels);

/// As Alertmanager computes it, 16 hexadecimal digits.
std::string fingerprint(const aggregate::Labels& labels);

/// A kill is told before everything else, and neither a rate limit nor an open
/// breaker holds it back.
inline bool is_kill(const Alert& alert) {
  return promql::label_value(alert.labels, "action") == "kill";
}

}  // namespace outrider::alerts
