// SPDX-License-Identifier: Apache-2.0
#include "segments/answers.hpp"

#include <algorithm>

namespace outrider::segments {

Answer answer_to(const shm::TelemetryView& view, std::uint64_t epoch) noexcept {
  Answer answer;
  bool any = false;
  bool silent = false;
  const std::uint64_t lanes =
      std::min<std::uint64_t>(view.lanes_published(), view.geometry().lanes);
  for (std::uint32_t number = 0; number < lanes; ++number) {
    const shm::LaneHeader& lane = *view.lane(number).header;
    const auto outcome = shm::acknowledgement(lane, epoch);
    if (!outcome) {
      silent = silent || shm::is_addressed(lane, epoch);
      continue;
    }
    any = true;
    if (answer.outcome == DirectiveOutcome::done) answer.outcome = *outcome;
    // relaxed: the acquire in acknowledgement brought it.
    const Ticks when = Ticks::from_raw(lane.acknowledged_ticks.load(std::memory_order_relaxed));
    if (when > answer.latest) answer.latest = when;
  }
  answer.is_complete = any && !silent;
  return answer;
}

}  // namespace outrider::segments
