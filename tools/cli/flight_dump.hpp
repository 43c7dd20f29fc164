// SPDX-License-Identifier: Apache-2.0
// What a recording says of itself, in the three ways in which a dump is written down.
#pragma once

#include <string>
#include <vector>

#include "cli/flight_reading.hpp"

namespace outrider::cli {

/// What tripped, how the gates stood, what is in it.
std::string flight_text(const FlightRecording& recording);

/// A line for each trip, with the columns of dump_csv_head(): record is trip, series its
/// scope, note by what or whom.
std::string flight_csv(const FlightRecording& recording);

/// A line for each: what tripped first in it.
std::string flight_list(const std::string& directory,
                        const std::vector<FlightRecording>& recordings);
/// `[{"name", "path", "trips"}]`.
std::string flight_list_json(const std::vector<FlightRecording>& recordings);

}  // namespace outrider::cli
