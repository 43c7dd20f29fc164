// SPDX-License-Identifier: Apache-2.0
// The cold half of the ring: out of line, so that the hot half stays small.
#include "outrider/shm/ring.hpp"

#include <algorithm>
#include <bit>

namespace outrider::shm {
namespace {

/// How many samples spill between two looks at the sidecar's position: a look
/// fetches a line from the other core.
constexpr std::uint32_t pushes_between_looks = 64;

}  // namespace

void HistogramCells::set_bounds(std::span<const std::uint64_t> sorted) noexcept {
  bounds = sorted;
  for (std::size_t width = 1; width < first_bound.size(); ++width) {
    const std::uint64_t smallest = std::uint64_t{1} << (width - 1);
    const auto bound = std::lower_bound(sorted.begin(), sorted.end(), smallest);
    first_bound[width] = static_cast<std::uint8_t>(bound - sorted.begin());
  }
}

// The order is a template argument: as an ordinary one g++ would take it for an
// unknown order and make every store a locked exchange.
template <std::memory_order order>
void RingWriter::add(std::atomic<std::uint64_t>& cell, std::uint64_t n, bool shared) noexcept {
  if (shared) [[unlikely]] {
    cell.fetch_add(n, order);
  } else {
    // relaxed: one writer thread reads back its own cell.
    cell.store(cell.load(std::memory_order_relaxed) + n, order);
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
    return add<std::memory_order_relaxed>(lane_->anomalies, 1, shared_);
  }
  // relaxed: as above.
  add<std::memory_order_relaxed>(lane_->clipped, 1, shared_);
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
  // In locals: what is stored below might else be any of them.
  const bool shared = shared_;
  SpillHeader& header = *cells.spill.header;
  std::atomic<std::uint64_t>& spilled = lane_->spilled;
  const std::uint64_t kept =
      cells.in_ticks ? std::min(cells.clock.interval_ns(value), highest_trackable_value) : value;
  // relaxed, all of these: cells that only grow; whoever reads one late reads an
  // earlier truth. The buckets are the count; the rest follows from them.
  add<std::memory_order_relaxed>(cells.spill.buckets[cells.buckets.index(kept)], 1, shared);
  // Cut cells of this bucket: the bounds in it that the value does not exceed.
  std::size_t bound = cells.first_bound[static_cast<std::size_t>(std::bit_width(kept))];
  while (bound < cells.bounds.size() && cells.bounds[bound] < kept) ++bound;
  const std::uint64_t bucket_end = cells.buckets.highest_beside(kept);
  for (; bound < cells.bounds.size() && cells.bounds[bound] <= bucket_end; ++bound) {
    // relaxed: as above.
    add<std::memory_order_relaxed>(cells.spill.cuts[bound], 1, shared);
  }
  // relaxed: as above.
  add<std::memory_order_relaxed>(header.sum_low, kept & 0xffff'ffff, shared);
  // relaxed: as above.
  add<std::memory_order_relaxed>(header.sum_high, kept >> 32, shared);
  // sync(spill): release, pairs with spilled_into. The bucket is visible before
  // the count that makes the sidecar look at it.
  add<std::memory_order_release>(header.count, 1, shared);
  // sync(spill-lane): release, pairs with RingReader::spilled, for the same reason.
  add<std::memory_order_release>(spilled, 1, shared);
}

}  // namespace outrider::shm
