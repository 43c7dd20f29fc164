// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace outrider::outputs {

/// True when an Accept-Encoding header admits gzip (`gzip;q=0` does not).
bool accepts_gzip(std::string_view accept_encoding);

/// At level 1: beyond it a page of metrics hardly shrinks and the scrape waits.
/// Nothing when zlib fails.
std::optional<std::string> gzipped(std::string_view text);

}  // namespace outrider::outputs
