// SPDX-License-Identifier: Apache-2.0
// The cold half of the ring: out of line, so that the hot half stays small.
#include "outrider/shm/ring.hpp"

#include <algorithm>

namespace outrider::shm {
namespace {

/// How many samples spill between two looks at the sidecar's position: a look
/// fetches a line from the other core.
constexpr std::uint32_t pushes_between_looks = 64;

}  // namespace

// The order is a template argument: as an ordinary one g++ would take it for an
// unknown order and make every store a locked exchange.
template <std::memory_order Order>
void RingWriter::add(std::atomic<std::uint64_t>& cell, std::uint64_t n) const noexcept {
  if (shared_) [[unlikely]] {
    cell.fetch_add(n, Order);
  } else {
    // relaxed: one writer thread reads back its own cell.
    cell.store(cell.load(std::memory_order_relaxed) + n, Order);
  }
}

void RingWriter::open(const Telemetry::Lane& lane, const std::atomic<std::uint64_t>& read_position,
                      bool shared) noexcept {
  slots_ = lane.ring.data();
  mask_ = lane.ring.size() - 1;
  lane_ = lane.header;
  read_position_ = &read_position;
  shared_ = shared;
  // relaxed: only this lane's writers store it, and a lane changes hands under
  // the producer's mutex.
  head_ = lane_->head.load(std::memory_order_relaxed);
  limit_ = head_;  // full until look_for_room finds otherwise
  full_pushes_ = pushes_between_looks - 1;
}

void RingWriter::push_out_of_range(std::uint64_t value, Ticks now,
                                   const HistogramCells& cells) noexcept {
  if (cells.in_ticks && value > (std::uint64_t{1} << 63)) {
    // An interval that ended before it began: a clock anomaly, not a latency.
    // relaxed: a count of its own, nothing hangs on it.
    return add<std::memory_order_relaxed>(lane_->anomalies, 1);
  }
  // relaxed: as above.
  add<std::memory_order_relaxed>(lane_->clipped, 1);
  push(highest_trackable_value, now, cells);
}

void RingWriter::push_when_full(std::uint64_t value, Ticks now,
                                const HistogramCells& cells) noexcept {
  if (!shared_) {
    if (++full_pushes_ >= pushes_between_looks) look_for_room();
    if (head_ != limit_) return put(head_, cells.series_bits | value, now);
  }
  spill(cells, value);
}

void RingWriter::look_for_room() noexcept {
  // sync(ring-free): acquire, pairs with RingReader::release. The slots below the
  // position have been copied out before we write them again.
  const std::uint64_t position = read_position_->load(std::memory_order_acquire);
  const std::uint64_t capacity = mask_ + 1;
  // A position that cannot be is no news: the ring stays full and we spill. No
  // address is ever computed from it.
  if (head_ - position <= capacity) limit_ = position + capacity;
  // Where there was room, the next limit is looked at as soon as it is reached:
  // while the sidecar keeps up, nothing is spilled.
  full_pushes_ = head_ == limit_ ? 0 : pushes_between_looks - 1;
}

void RingWriter::spill(const HistogramCells& cells, std::uint64_t value) noexcept {
  const std::uint64_t kept =
      cells.in_ticks ? std::min(cells.clock.interval_ns(value), highest_trackable_value) : value;
  const std::uint32_t bucket = cells.buckets.index(kept);
  // relaxed, all of these: cells that only grow; whoever reads one late reads an
  // earlier truth. The buckets are the count; the rest follows from them.
  add<std::memory_order_relaxed>(cells.spill.buckets[bucket], 1);
  // Cut cells of this bucket: the bounds in it that the value does not exceed.
  auto bound = std::lower_bound(cells.bounds.begin(), cells.bounds.end(), kept);
  for (; bound != cells.bounds.end() && cells.buckets.index(*bound) == bucket; ++bound) {
    // relaxed: as above.
    add<std::memory_order_relaxed>(
        cells.spill.cuts[static_cast<std::size_t>(bound - cells.bounds.begin())], 1);
  }
  // relaxed: as above.
  add<std::memory_order_relaxed>(cells.spill.header->sum_low, kept & 0xffff'ffff);
  // relaxed: as above.
  add<std::memory_order_relaxed>(cells.spill.header->sum_high, kept >> 32);
  // sync(spill): release, pairs with spilled_into. The bucket is visible before
  // the count that makes the sidecar look at it.
  add<std::memory_order_release>(cells.spill.header->count, 1);
  // sync(spill-lane): release, pairs with RingReader::spilled, for the same reason.
  add<std::memory_order_release>(lane_->spilled, 1);
}

}  // namespace outrider::shm
