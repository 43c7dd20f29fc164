// SPDX-License-Identifier: Apache-2.0
// Inside of load.cpp: the list `analytics:`, from YAML.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "config/analytics.hpp"
#include "config/read_context.hpp"

namespace outrider::config {

/// `NAME` or `NAME{label="value",...}`; nothing when it is neither.
std::optional<SeriesSelector> parse_selector(std::string_view text);

void read_analytics(std::vector<AnalyticsConfig>& accounts, const YAML::Node& list,
                    const ReadContext& context);

}  // namespace outrider::config
