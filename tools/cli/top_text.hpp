// SPDX-License-Identifier: Apache-2.0
// A look of `outrider top` as people read it and as programs do: pure.
#pragma once

#include <cstddef>
#include <string>

#include "cli/table.hpp"
#include "cli/top_watch.hpp"

namespace outrider::cli {

/// At most `lines` lines, of which the last says how many more there are; 0: all.
std::string top_text(const TopFrame& frame, const Paper& paper, std::size_t lines = 0);

/// Rates are {"last","10s","100s","1000s"}, per second. What is not known is null, and
/// sidecar.missing says why.
std::string top_json(const TopFrame& frame, int indent);

/// "0.25", "12.3", "4.56k", "7.8M"; a minus sign for what is not known.
std::string rate_text(const std::optional<double>& rate);

}  // namespace outrider::cli
