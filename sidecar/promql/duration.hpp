// SPDX-License-Identifier: Apache-2.0
// Prometheus' way to write a duration: "1h30m", "250ms", "0".
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace outrider::promql {

/// Units in falling order, each once, as Prometheus has it: y w d h m s ms.
/// Nothing for any other text and for one that does not fit.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// Seconds as Prometheus computes them: whole seconds and rest apart.
double seconds_of(std::chrono::nanoseconds duration) noexcept;

}  // namespace outrider::promql
