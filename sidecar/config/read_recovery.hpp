// SPDX-License-Identifier: Apache-2.0
// Inside of load.cpp: the list `recovery:`, from YAML.
#pragma once

#include <vector>

#include "config/read_context.hpp"
#include "config/recovery.hpp"

namespace outrider::config {

void read_recovery(std::vector<RecoveryConfig>& recovery, const YAML::Node& list,
                   const ReadContext& context);

}  // namespace outrider::config
