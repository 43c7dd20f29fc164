// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace outrider::outputs {

/// True when an Accept-Encoding header admits gzip (`gzip;q=0` does not).
bool accepts_gzip(std::string_view accept_encoding);

/// At level 1: beyond it a page of metrics hardly shrinks and the scrape waits.
/// Nothing when zlib fails.
std::optional<std::string> gzipped(std::string_view text);

/// The page that was packed last, so that many readers of one page cost one packing.
class PackedPage {
 public:
  /// Null when zlib fails.
  std::shared_ptr<const std::string> of(const std::shared_ptr<const std::string>& page);

 private:
  std::shared_ptr<const std::string> page_;
  std::shared_ptr<const std::string> packed_;
};

}  // namespace outrider::outputs
