// SPDX-License-Identifier: Apache-2.0
// Inside of load.cpp: which alerts a receiver is told of, as Alertmanager writes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/alerting.hpp"
#include "config/read_context.hpp"

namespace outrider::config {

/// `severity=~"critical|emergency"`; empty, or what was needed instead.
std::string_view parse_matcher(std::string_view text, MatcherConfig& matcher);

/// A list of them, or one; `path` is what messages call it.
void read_matchers(std::vector<MatcherConfig>& matchers, const std::string& path,
                   const YAML::Node& value, const ReadContext& context);

}  // namespace outrider::config
