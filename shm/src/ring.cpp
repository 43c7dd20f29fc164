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
    return add(lane_->anomalies, 1, std::memory_order_relaxed);
  }
  // relaxed: as above.
  add(lane_->clipped, 1, std::memory_order_relaxed);
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
  full_pushes_ = 0;
  // sync(ring-free): acquire, pairs with RingReader::release. The slots below the
  // position have been copied out before we write them again.
  const std::uint64_t position = read_position_->load(std::memory_order_acquire);
  const std::uint64_t capacity = mask_ + 1;
  // A position that cannot be is no news: the ring stays full and we spill. No
  // address is ever computed from it.
  if (head_ - position <= capacity) limit_ = position + capacity;
}

void RingWriter::spill(const HistogramCells& cells, std::uint64_t value) noexcept {
  const std::uint64_t kept =
      cells.in_ticks ? std::min(cells.clock.interval_ns(value), highest_trackable_value) : value;
  const std::uint32_t bucket = cells.buckets.index(kept);
  // relaxed, all of these: cells that only grow; whoever reads one late reads an
  // earlier truth. The buckets are the count; the rest follows from them.
  add(cells.spill.buckets[bucket], 1, std::memory_order_relaxed);
  // Cut cells of this bucket: the bounds in it that the value does not exceed.
  auto bound = std::lower_bound(cells.bounds.begin(), cells.bounds.end(), kept);
  for (; bound != cells.bounds.end() && cells.buckets.index(*bound) == bucket; ++bound) {
    // relaxed: as above.
    add(cells.spill.cuts[static_cast<std::size_t>(bound - cells.bounds.begin())], 1,
        std::memory_order_relaxed);
  }
  // relaxed: as above.
  add(cells.spill.header->sum_low, kept & 0xffff'ffff, std::memory_order_relaxed);
  // relaxed: as above.
  add(cells.spill.header->sum_high, kept >> 32, std::memory_order_relaxed);
  // sync(spill): release, pairs with the drain's sweep. The bucket is visible
  // before the counts that make the sidecar look at it.
  add(cells.spill.header->count, 1, std::memory_order_release);
  add(lane_->spilled, 1, std::memory_order_release);
}

void RingWriter::add(std::atomic<std::uint64_t>& cell, std::uint64_t n,
                     std::memory_order order) const noexcept {
  if (shared_) {
    cell.fetch_add(n, order);
  } else {
    // relaxed: one writer thread reads back its own cell.
    cell.store(cell.load(std::memory_order_relaxed) + n, order);
  }
}

}  // namespace outrider::shm
