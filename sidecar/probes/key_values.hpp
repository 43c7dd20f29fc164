// SPDX-License-Identifier: Apache-2.0
// Files of `key=value` lines that a shell could source: quotes of both kinds,
// `export`, comments. Nothing is expanded. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace outrider::probes {

/// The last value of each key. Lines that are no assignment are passed over.
std::map<std::string, std::string> parse_key_values(std::string_view text);

/// The same text with `key="value"` in place of the last assignment of the key, or at
/// the end. `value` is a word: letters, digits, `_` and `-`.
std::string with_value(std::string_view text, std::string_view key, std::string_view value);

}  // namespace outrider::probes
