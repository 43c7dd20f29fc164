// SPDX-License-Identifier: Apache-2.0
// Inside of load.cpp: `alerting.hooks`, programs that are told of alerts, from YAML.
#pragma once

#include <vector>

#include "config/alerting.hpp"
#include "config/read_context.hpp"

namespace outrider::config {

void read_hooks(std::vector<ReceiverConfig>& receivers, const YAML::Node& list,
                const ReadContext& context);

}  // namespace outrider::config
