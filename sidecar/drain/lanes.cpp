// SPDX-License-Identifier: Apache-2.0
#include "drain/lanes.hpp"

namespace outrider::drain {
namespace {

void believe(std::uint64_t& believed, const std::atomic<std::uint64_t>& word) noexcept {
  // relaxed: a count for people; late is only late.
  believed = std::max(believed, word.load(std::memory_order_relaxed));
}

}  // namespace

std::uint64_t Lanes::readable(std::uint32_t number) noexcept {
  Lane& lane = lanes_[number];
  if (lane.quarantined) return 0;
  const std::uint64_t readable = lane.reader.readable();
  // Differences, so that positions may wrap around.
  if (readable > lane.reader.capacity() || readable < lane.waiting()) {
    lane.quarantined = true;
    // Of what a head too far ahead claims, a ring full can have been there, and is
    // counted as recorded and lost. One that went back stays where it was seen.
    if (readable > lane.waiting()) lane.pushed = lane.reader.position() + lane.reader.capacity();
    return 0;
  }
  lane.pushed = lane.reader.position() + readable;
  return readable;
}

void Lanes::look() noexcept {
  const std::uint32_t lanes = claimed();
  for (std::uint32_t number = 0; number < lanes; ++number) {
    Lane& lane = lanes_[number];
    (void)readable(number);
    const shm::LaneHeader& front = *view_->lane(number).header;
    believe(lane.spilled, front.spilled);
    believe(lane.clipped, front.clipped);
    believe(lane.anomalies, front.anomalies);
  }
}

std::uint32_t Lanes::quarantined() const noexcept {
  return static_cast<std::uint32_t>(std::count_if(
      lanes_.begin(), lanes_.end(), [](const Lane& lane) { return lane.quarantined; }));
}

}  // namespace outrider::drain
