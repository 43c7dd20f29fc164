// SPDX-License-Identifier: Apache-2.0
// Dashboards to the text of a file of descriptions, which reads back as the same.
#pragma once

#include <string>
#include <vector>

#include "dashboards/description.hpp"

namespace outrider::dashboards {

std::string description_text(const std::vector<Dashboard>& dashboards);

}  // namespace outrider::dashboards
