// SPDX-License-Identifier: Apache-2.0
// The trader of the storm: the real producer library, its threads recording as
// fast as they can until somebody kills the process.
#pragma once

#include <string>

#include "storm/ledger.hpp"

namespace outrider::storm {

/// Runs until the ledger says stop; 0: ended in good order.
int run_writer(const std::string& directory, Ledger& ledger);

}  // namespace outrider::storm
