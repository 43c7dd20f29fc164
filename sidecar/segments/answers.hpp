// SPDX-License-Identifier: Apache-2.0
// What a trader's lanes have said, together, of one directive.
#pragma once

#include <cstdint>

#include "outrider/shm/directive.hpp"
#include "outrider/shm/telemetry.hpp"

namespace outrider::segments {

struct Answer {
  /// One lane has answered at least, and no lane that looks for directives is silent.
  bool is_complete = false;
  /// The first refusal or failure; `done` where there is none.
  DirectiveOutcome outcome = DirectiveOutcome::done;
  Ticks latest;  ///< when a lane last answered anything, by the trader's clock
};

/// Nothing that the trader writes leads out of its lanes.
Answer answer_to(const shm::TelemetryView& view, std::uint64_t epoch) noexcept;

}  // namespace outrider::segments
