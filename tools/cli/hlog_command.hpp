// SPDX-License-Identifier: Apache-2.0
// `outrider hlog`: histograms as an interval log for the tools of HdrHistogram.
#pragma once

#include "cli/command.hpp"
#include "cli/places.hpp"

namespace outrider::cli {

/// It exits with 0 ended by its user or after --count, 1 the file cannot be written, 2, 3,
/// 4 no segment directory.
void add_hlog_command(const Command& program, const Places& places);

}  // namespace outrider::cli
