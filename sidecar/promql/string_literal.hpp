// SPDX-License-Identifier: Apache-2.0
// String literals as Go, and so PromQL, spells them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace outrider::promql {

/// Reads the literal that `text` starts with; its first character is the quote.
/// On success `size` is its length with quotes and `value` what it stands for;
/// on failure `size` is where it went wrong and `reason` why.
bool read_string(std::string_view text, std::size_t& size, std::string& value, std::string& reason);

}  // namespace outrider::promql
