// SPDX-License-Identifier: Apache-2.0
// Number literals with Prometheus' reading: an integer in Go's bases (so `010`
// is eight), else a float; `Inf` and `NaN` without regard to case.
#pragma once

#include <optional>
#include <string_view>

namespace outrider::promql {

std::optional<double> parse_number(std::string_view text);

/// A label's value as a number, as Go's ParseFloat reads it: `+Inf` too.
std::optional<double> parse_float(std::string_view text);

}  // namespace outrider::promql
