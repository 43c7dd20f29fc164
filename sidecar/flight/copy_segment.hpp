// SPDX-License-Identifier: Apache-2.0
// A copy of a segment on a disk, with the rings as they were when the gate was closed, and
// all else as it is by now. By reads alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "flight/departed.hpp"
#include "flight/lane_images.hpp"

namespace outrider::flight {

struct SegmentCopy {
  std::uint64_t bytes = 0;          ///< written
  std::vector<WholeSamples> lanes;  ///< empty where the copy is no segment
  std::string problem;              ///< empty: it is whole
  bool no_room = false;             ///< the problem is the disk's
};

/// Copies `segment` to a new file `path`, holes left out, at most `most_bytes`.
SegmentCopy copy_segment(const OpenSegment& segment, const LaneImages& images,
                         const std::string& path, std::uint64_t most_bytes);

}  // namespace outrider::flight
