// SPDX-License-Identifier: Apache-2.0
// How a probe stands: what its last try said, and for how long a good answer is remembered
// once no answer comes. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "aggregate/health.hpp"

namespace outrider::probes {

using std::chrono::nanoseconds;

struct Standing {
  std::string probe{};
  /// Of the last try: unreachable without an answer, unknown before the first has ended.
  aggregate::Health answer = aggregate::Health::unknown;
  nanoseconds valid_until{};               ///< steady: by then the next try has ended
  std::optional<nanoseconds> last_good{};  ///< steady
  nanoseconds stale_for{};                 ///< since then

  [[nodiscard]] aggregate::Health health(nanoseconds now) const {
    using aggregate::Health;
    if (answer == Health::unknown) return answer;
    if (answer != Health::unreachable && now < valid_until) return answer;
    return last_good && now - *last_good < stale_for ? Health::stale : Health::unreachable;
  }
};

}  // namespace outrider::probes
