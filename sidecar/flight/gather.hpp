// SPDX-License-Identifier: Apache-2.0
// Which segments there are to copy: those in the directory, and those of traders that are
// gone. Whoever may create files there decides how many, but not how many are opened.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "flight/departed.hpp"

namespace outrider::flight {

struct Gathered {
  std::vector<OpenSegment> segments;  ///< the smallest first: one large one keeps out nobody
  std::string problem;                ///< not all of them are here
};

/// As many as there are producers at most; each is an open file meanwhile.
inline constexpr std::size_t most_segments = 256;

Gathered gather(const std::string& directory, const Departed& departed);

}  // namespace outrider::flight
