// SPDX-License-Identifier: Apache-2.0
// Inside of load.cpp: what `alerting:` holds beside single values, from YAML.
#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace outrider::config {

/// Keys that read_alerting() understands.
inline constexpr std::string_view alerting_parts[] = {"alerting.alertmanagers", "alerting.webhooks",
                                                      "alerting.external_labels",
                                                      "alerting.severities", "alerting.cooldowns"};

/// Where problems go to, and how a path is to be understood.
struct AlertingContext {
  std::function<void(const YAML::Node& at, std::string text)> problem;
  std::function<std::string(const std::string& path)> beside_the_file;
};

/// `path` is one of alerting_parts.
void read_alerting(AlertingConfig& config, const std::string& path, const YAML::Node& value,
                   const AlertingContext& context);

/// Every receiver with a name of its own; what was left to default gets its value.
void name_receivers(AlertingConfig& config);

}  // namespace outrider::config
