// SPDX-License-Identifier: Apache-2.0
// Inside of load.cpp: the list `probes:`, from YAML.
#pragma once

#include <vector>

#include "config/probes.hpp"
#include "config/read_context.hpp"

namespace outrider::config {

void read_probes(std::vector<ProbeConfig>& probes, const YAML::Node& list,
                 const ReadContext& context);

}  // namespace outrider::config
