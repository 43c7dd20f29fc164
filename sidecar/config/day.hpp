// SPDX-License-Identifier: Apache-2.0
// When a day begins: midnight UTC for some, the close of their venue for others.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "config/config.hpp"
#include "config/summaries.hpp"

namespace outrider::config {

/// "17:30"; nothing when it is no time of a day.
std::optional<std::chrono::minutes> parse_time_of_day(std::string_view text);

/// When the day began that `wall` (Unix time) lies in, as Unix time; at a time that the
/// clocks skip, a day begins when they have. Nothing when the time zone is not known.
std::optional<std::chrono::nanoseconds> day_began(const DayConfig& day,
                                                  std::chrono::nanoseconds wall);

/// The last time at or before `wall` that something was due, as Unix time. A time that
/// the clocks skip is when they have; of one that comes twice it is the first. Nothing
/// when the time zone is not known, or no day is meant.
std::optional<std::chrono::nanoseconds> last_due(const DueTime& due, const std::string& time_zone,
                                                 std::chrono::nanoseconds wall);

/// "2026-11-21 23:00 UTC": a time as it is called there.
std::string local_time_text(const std::string& time_zone, std::chrono::nanoseconds wall);

}  // namespace outrider::config
