// SPDX-License-Identifier: Apache-2.0
// A lane's two ends. The writer, one trader thread, pushes samples into a ring
// of plain memory and, when the ring is full, counts them in a spill histogram
// of its own: it never waits and never loses a sample. The reader, the sidecar,
// takes samples out and says through the control segment how far it came.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>

#include "outrider/shm/hdr.hpp"
#include "outrider/shm/layout.hpp"
#include "outrider/shm/telemetry.hpp"

namespace outrider::shm {

/// A histogram as one lane writes it: what a sample of it says, and where it
/// goes when the ring is full. In process memory.
struct HistogramCells {
  std::uint64_t series_bits = 0;  ///< the series number where a sample carries it
  bool in_ticks = true;           ///< values are tick intervals; buckets are in nanoseconds
  BucketLayout buckets{2};
  TickClock clock;
  std::span<const std::uint64_t> bounds;  ///< registered `le` in kept units, ascending
  BasicSpill<std::byte> spill{};
  /// By bit width of a value: the first bound that may not be below it.
  std::array<std::uint8_t, 65> first_bound{};

  /// `sorted` outlives the cells; at most max_bounds of them.
  void set_bounds(std::span<const std::uint64_t> sorted) noexcept;
};

/// The writing end. In the trader's process memory; one thread owns it.
class RingWriter {
 public:
  RingWriter() noexcept = default;

  /// `lane` outlives the writer; its ring goes on where its last writer stopped.
  /// `read_position` is the sidecar's word, or an always-zero one while there is
  /// no sidecar. A shared writer keeps its ring closed and counts with locked
  /// instructions.
  void open(const Telemetry::Lane& lane, const std::atomic<std::uint64_t>& read_position,
            bool shared) noexcept;

  /// Records `value` of histogram `cells`, seen at `now`. Wait-free. (The order of
  /// parameters is that of Histogram::record, which spares the moves.)
  void push(std::uint64_t value, Ticks now, const HistogramCells& cells) noexcept {
    if (value > highest_trackable_value) [[unlikely]] {
      return push_out_of_range(value, now, cells);
    }
    const std::uint64_t head = head_;
    if (head == limit_) [[unlikely]] {
      return push_when_full(value, now, cells);
    }
    put(head, cells.series_bits | value, now);
  }

  [[nodiscard]] bool shared() const noexcept { return shared_; }
  [[nodiscard]] LaneHeader& lane() const noexcept { return *lane_; }

 private:
  void put(std::uint64_t head, std::uint64_t packed, Ticks now) noexcept {
    Sample& slot = slots_[head & mask_];  // plain memory: `head` publishes it
    slot.stamp = now.raw();
    slot.packed = packed;
    head_ = head + 1;
    // sync(ring-publish): release, pairs with RingReader::readable. The slot's
    // bytes are visible before the head that announces them.
    lane_->head.store(head + 1, std::memory_order_release);
  }

  void push_out_of_range(std::uint64_t value, Ticks now, const HistogramCells& cells) noexcept;
  void push_when_full(std::uint64_t value, Ticks now, const HistogramCells& cells) noexcept;
  void look_for_room() noexcept;
  void spill(const HistogramCells& cells, std::uint64_t value) noexcept;
  template <std::memory_order order>
  static void add(std::atomic<std::uint64_t>& cell, std::uint64_t n, bool shared) noexcept;

  Sample* slots_ = nullptr;
  std::uint64_t mask_ = 0;
  std::uint64_t head_ = 0;
  std::uint64_t limit_ = 0;  ///< the head at which the ring is full, as far as we know
  LaneHeader* lane_ = nullptr;
  const std::atomic<std::uint64_t>* read_position_ = nullptr;
  std::uint32_t full_pushes_ = 0;  ///< since the position was last looked at
  bool shared_ = false;
};

/// Samples in a spill histogram; its buckets are at least as new.
inline std::uint64_t spilled_into(const SpillHeader& header) noexcept {
  // sync(spill): acquire, pairs with RingWriter::spill.
  return header.count.load(std::memory_order_acquire);
}

/// The reading end: the sidecar's, over the trader's lane mapped read-only.
class RingReader {
 public:
  RingReader(const TelemetryView::Lane& lane, std::uint64_t position) noexcept
      : lane_{lane}, position_{position} {}

  /// Samples that may be read now. A head that cannot be (behind the position,
  /// or more than a ring ahead) comes back as it is: the caller quarantines.
  [[nodiscard]] std::uint64_t readable() const noexcept {
    // sync(ring-publish): acquire, pairs with RingWriter::put. Every slot below
    // this head has been written.
    return lane_.header->head.load(std::memory_order_acquire) - position_;
  }

  /// Samples that the lane has spilled so far.
  [[nodiscard]] std::uint64_t spilled() const noexcept {
    // sync(spill-lane): acquire, pairs with RingWriter::spill. The buckets are at
    // least as new as this count.
    return lane_.header->spilled.load(std::memory_order_acquire);
  }

  [[nodiscard]] std::uint64_t capacity() const noexcept { return lane_.ring.size(); }
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

  /// Sample number `offset` after the position; `offset` < readable() <= capacity().
  [[nodiscard]] Sample peek(std::uint64_t offset) const noexcept {
    return lane_.ring[(position_ + offset) & (lane_.ring.size() - 1)];
  }

  /// Gives `count` slots back, after what they held has been committed.
  void release(std::uint64_t count, std::atomic<std::uint64_t>& read_position) noexcept {
    position_ += count;
    // sync(ring-free): release, pairs with RingWriter::look_for_room. Every slot
    // below the position has been copied out and may be written again.
    read_position.store(position_, std::memory_order_release);
  }

 private:
  TelemetryView::Lane lane_;
  std::uint64_t position_;
};

}  // namespace outrider::shm
