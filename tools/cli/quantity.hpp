// SPDX-License-Identifier: Apache-2.0
// Numbers of a series as people read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/segment_reading.hpp"

namespace outrider::cli {

/// "counter", "gauge", "histogram", ...
std::string_view kind_word(shm::SeriesKind kind);

/// A kept value in base units: seconds, bytes, whatever the scale leads to.
double in_base_units(const shm::SeriesInfo& info, std::uint64_t kept);

/// "850ns", "12.3us", "4.56ms", "1.2s".
std::string seconds_text(double seconds);

/// A kept value of a histogram: a time as above, anything else as its number.
std::string quantity_text(const shm::SeriesInfo& info, std::uint64_t kept);
/// Nothing: a minus sign, which is no number.
std::string quantity_text(const shm::SeriesInfo& info, const std::optional<std::uint64_t>& kept);

/// The value of a series that is one number; empty for one that is none.
std::string value_text(const SeriesReading& series);

}  // namespace outrider::cli
