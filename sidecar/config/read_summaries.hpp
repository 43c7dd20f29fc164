// SPDX-License-Identifier: Apache-2.0
// Inside of load.cpp: the list `alerting.summaries`, from YAML.
#pragma once

#include <vector>

#include "config/read_context.hpp"
#include "config/summaries.hpp"

namespace outrider::config {

void read_summaries(std::vector<SummaryConfig>& summaries, const YAML::Node& list,
                    const ReadContext& context);

}  // namespace outrider::config
