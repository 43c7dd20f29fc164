// SPDX-License-Identifier: Apache-2.0
// Inside of load.cpp: what `alerting:` holds beside single values, from YAML.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.hpp"
#include "config/read_context.hpp"

namespace outrider::config {

/// Keys that read_alerting() understands.
inline constexpr std::string_view alerting_parts[] = {
    "alerting.alertmanagers",   "alerting.webhooks",   "alerting.hooks",    "alerting.summaries",
    "alerting.external_labels", "alerting.severities", "alerting.cooldowns"};

/// `path` is one of alerting_parts.
void read_alerting(AlertingConfig& config, const std::string& path, const YAML::Node& value,
                   const ReadContext& context);

/// The labels of an environment, for alerts alone or for series, too.
void read_external_labels(std::vector<std::pair<std::string, std::string>>& labels,
                          const std::string& path, const YAML::Node& value,
                          const ReadContext& context);

/// Every receiver with a name of its own; what was left to default gets its value.
void name_receivers(AlertingConfig& config);

}  // namespace outrider::config
