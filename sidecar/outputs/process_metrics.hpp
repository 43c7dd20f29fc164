// SPDX-License-Identifier: Apache-2.0
// What a process says of itself, under the names every Prometheus client uses.
// Read from /proc at the scrape, on the thread that serves it.
#pragma once

#include "outputs/exposition.hpp"

namespace outrider::outputs {

/// process_* of this process and outrider_build_info. What /proc does not tell
/// is left out.
Families process_families();

/// The version of this build: "0.1.0".
const char* version();

}  // namespace outrider::outputs
