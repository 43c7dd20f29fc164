// SPDX-License-Identifier: Apache-2.0
// The lines of an HdrHistogram interval log, version 1.3, as HistogramLogReader takes them.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "hdr_log/intervals.hpp"

namespace outrider::hdr_log {

using std::chrono::nanoseconds;

/// What a file begins with. Stamps in it are Unix time.
std::string log_front(nanoseconds wall);

/// name{label=value;producer=name}, with _ for what a tag must not have: commas, blanks.
std::string tag_of(const Interval& interval);

/// When intervals began, as Unix time, and how long they were.
struct Span {
  nanoseconds from{};
  nanoseconds length{};
};

/// A line each. Counts are in kept units, nanoseconds for times; Interval_Max is in
/// milliseconds for times, as HistogramLogWriter has it, else as counted.
std::string log_lines(const std::vector<Interval>& intervals, const Span& span);

}  // namespace outrider::hdr_log
