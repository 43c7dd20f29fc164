// SPDX-License-Identifier: Apache-2.0
// What must have been kept, by the ledger, against what the checkpoint has.
#pragma once

#include <string>

#include "drain/drainer.hpp"
#include "storm/ledger.hpp"

namespace outrider::storm {

/// The first thing that is lost or doubled; empty when all is exact. Nothing may
/// live: every generation has been carried over.
std::string verdict(drain::Drainer& drainer, const Ledger& ledger, const InFlight& in_flight);

}  // namespace outrider::storm
