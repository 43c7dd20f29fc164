// SPDX-License-Identifier: Apache-2.0
// Durations as Prometheus writes them: whole numbers with a unit, the larger
// unit first, each at most once: 100ms, 1s, 1m30s, 1d. Also us and ns.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace outrider::config {

/// Nothing when the text is no duration or does not fit; "0" needs no unit.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// The shortest text that parse_duration reads back as the same duration.
std::string duration_text(std::chrono::nanoseconds duration);

}  // namespace outrider::config
