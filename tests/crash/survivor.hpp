// SPDX-License-Identifier: Apache-2.0
// A trader that outlives the sidecar: in a copy of the files it goes on with the
// script where it stood, as a writer that has just taken the lane over.
#pragma once

#include <string>

#include "crash/script.hpp"

namespace outrider::crash {

/// Samples of the script, from call `from` on, into lane 0 of generation 1 of the
/// copy, until `samples` are recorded; counts are made, too. How many calls that
/// were; 0 when there is no such segment.
std::uint64_t go_on_recording(const std::string& directory, std::uint64_t seed, std::uint64_t from,
                              std::uint64_t samples);

}  // namespace outrider::crash
