// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace outrider::cli {

/// RFC 4180: what could end a field stands between quotes.
inline std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

}  // namespace outrider::cli
