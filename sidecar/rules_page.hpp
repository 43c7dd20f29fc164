// SPDX-License-Identifier: Apache-2.0
// The answer of /api/v1/rules: every rule as it stands, in Prometheus' JSON.
#pragma once

#include <string>
#include <string_view>

#include "publication.hpp"

namespace outrider {

/// `type` is "alert", "record", or empty for both. The fields of summaries are no rules of
/// a file and left out. How long an evaluation took is not measured, and not told.
std::string rules_json(const Publication& publication, std::string_view type);

}  // namespace outrider
