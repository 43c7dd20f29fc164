// SPDX-License-Identifier: Apache-2.0
// The files of page/ and uPlot, as the build has put them into the program.
#pragma once

#include <span>

namespace outrider::outputs {

struct PageFile {
  const char* path;  ///< as it is asked for: "/live/live.js"
  const char* content_type;
  std::span<const unsigned char> bytes;
};

std::span<const PageFile> page_files();

}  // namespace outrider::outputs
