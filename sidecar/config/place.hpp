// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace outrider::config {

/// Where something stands in a file, from 1; 0: not from a file.
struct Place {
  int line = 0;
  int column = 0;
};

}  // namespace outrider::config
