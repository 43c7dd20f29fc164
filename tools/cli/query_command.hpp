// SPDX-License-Identifier: Apache-2.0
// `outrider query EXPR`: one answer of the sidecar's, which it computes from its history.
#pragma once

#include <string>

#include "cli/command.hpp"

namespace outrider::cli {

/// It exits with 0 answered, 1 refused, 2 no valid expression, 4 no sidecar.
void add_query_command(const Command& program);

/// The data of /api/v1/query as lines: a value a series, or a value a line of a range.
/// Nothing when it is none.
std::string query_text(const std::string& body);

}  // namespace outrider::cli
