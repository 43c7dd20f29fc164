// SPDX-License-Identifier: Apache-2.0
// Messages that come at a time of day instead of for a reason. Read by
// read_summaries.cpp.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "config/place.hpp"

namespace outrider::config {

/// A line of a summary: what an expression yields when the summary is due.
struct SummaryField {
  std::string name{};
  std::string expr{};  ///< PromQL
  std::string text{};  ///< as an annotation's; empty: the number, for people
  Place place{};       ///< of the expression
  Place text_place{};
};

/// By weekday from Sunday, as std::chrono counts them.
using Weekdays = std::array<bool, 7>;
inline constexpr Weekdays every_day{true, true, true, true, true, true, true};

/// When a day's summary is due, in the zone of `day.time_zone`.
struct DueTime {
  std::chrono::minutes at{};  ///< after midnight
  Weekdays days = every_day;

  bool operator==(const DueTime&) const = default;
};

struct SummaryConfig {
  std::string name{};
  DueTime due{};
  std::vector<SummaryField> fields{};
};

}  // namespace outrider::config
