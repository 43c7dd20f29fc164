// SPDX-License-Identifier: Apache-2.0
// A sidecar that comes back, on a copy of the files as a crash left them: it
// does what the discovery thread and the guard do, in the same order, with the
// same functions, until everything is drained and every generation retired.
#pragma once

#include <string>
#include <vector>

#include "crash/script.hpp"
#include "drain/drainer.hpp"

namespace outrider::crash {

inline constexpr const char* producer_name = "oms";

/// What a recovery found.
struct Found {
  Tally live;     ///< as shown before the last generation was retired
  Tally retired;  ///< after that, by the checkpoint alone
  drain::Totals totals;
  std::vector<std::string> series;  ///< of the last generation's table, in order
  std::size_t generations = 0;      ///< that were attached
  std::string problem;              ///< what must not be, whatever the ledger says
};

/// Runs the recovery in `directory`.
Found recover(const std::string& directory);

/// The law on it: empty when it holds. Both tallies must agree with the account.
std::string judge(const Found& found, const Account& account);

}  // namespace outrider::crash
