// SPDX-License-Identifier: Apache-2.0
// Inside of load.cpp: the list `write_back:`, from YAML.
#pragma once

#include <vector>

#include "config/read_context.hpp"
#include "config/write_back.hpp"

namespace outrider::config {

void read_write_back(std::vector<WriteBackConfig>& all, const YAML::Node& list,
                     const ReadContext& context);

}  // namespace outrider::config
