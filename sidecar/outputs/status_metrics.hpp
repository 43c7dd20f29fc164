// SPDX-License-Identifier: Apache-2.0
// The outrider_* series that tell of the sidecar itself. A state is one series
// per state it can have, 0 or 1, so that a graph shows when it changed.
#pragma once

#include "outputs/exposition.hpp"
#include "outputs/status.hpp"

namespace outrider::outputs {

Families status_families(const Status& status);

}  // namespace outrider::outputs
