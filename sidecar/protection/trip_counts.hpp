// SPDX-License-Identifier: Apache-2.0
// How often each rule tripped on each scope within a stretch of time, by the records
// of a journal: so that a count per day outlives the sidecar.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "outrider/shm/file.hpp"

namespace outrider::protection {

/// By scope and rule.
using TripCounts = std::map<std::pair<std::string, std::string>, std::uint64_t>;

/// Of records from `from` on and before `until`, Unix time, in the file at `path`: a
/// day that began in a file before it counts from where this one begins.
[[nodiscard]] TripCounts count_trips(const std::string& path, std::chrono::nanoseconds from,
                                     std::chrono::nanoseconds until, shm::FileError& error);

}  // namespace outrider::protection
