// SPDX-License-Identifier: Apache-2.0
// Draining one producer: samples out of its lanes' rings into the checkpoint and
// on to whoever makes sense of them, in batches that count whole or not at all.
// What a lane spilled is cumulative in the trader's own file and is only read.
//
// The law, for each producer: recorded = drained + spilled + in the ring + lost.
#pragma once

#include <memory>
#include <span>
#include <unordered_set>
#include <utility>
#include <vector>

#include "drain/checkpoint.hpp"
#include "drain/clock_watch.hpp"
#include "drain/lanes.hpp"
#include "segments/segment.hpp"

namespace outrider::drain {

/// One sample, decoded.
struct Observation {
  const Row* row;
  std::uint64_t value;  ///< in kept units
  std::uint64_t stamp;  ///< ticks of the producer's clock
  std::uint32_t bucket;
  std::uint32_t lane;
};

/// A series of the segment's table and the row that keeps its totals; the row is
/// null for kinds without one.
struct BoundSeries {
  shm::SeriesInfo info;
  Row* row = nullptr;
};

/// One lane's spill histogram of one series. Stable; the guard moves `seen` on.
struct SpillBlock {
  std::uint32_t lane = 0;
  Row* row = nullptr;
  shm::BasicSpill<const std::byte> cells{};
  std::uint64_t seen_count = 0;
  std::uint64_t seen_sum_low = 0;
  std::uint64_t seen_sum_high = 0;
  std::vector<std::uint64_t> seen_cuts;
  std::vector<std::uint64_t> seen_buckets;
};

/// A segment with everything in it that was known when the binding was made. A
/// later binding of the same segment knows more; spill blocks are shared.
struct Binding {
  std::shared_ptr<segments::Segment> segment;
  std::vector<BoundSeries> series;  ///< by number
  std::vector<std::shared_ptr<SpillBlock>> spills;
  std::size_t spill_offsets = 0;  ///< that the lanes named, usable or not
};

/// Whether the segment has nothing yet that the binding does not know. Cheap:
/// asked many times a second.
bool is_complete(const Binding& binding) noexcept;

/// Sums for `outrider_samples_*`, over all generations of the producer.
struct Totals {
  std::uint64_t recorded = 0;
  std::uint64_t drained = 0;
  std::uint64_t spilled = 0;
  std::uint64_t in_ring = 0;
  std::uint64_t clipped = 0;
  std::uint64_t anomalies = 0;
  std::uint64_t refused = 0;  ///< registrations, by the producer's library
  std::array<std::uint64_t, loss_causes> lost{};
};

class Drainer {
 public:
  /// Samples of one batch. Small enough that a batch stays in the core's cache.
  static constexpr std::size_t batch_samples = 4096;

  explicit Drainer(std::unique_ptr<Checkpoint> checkpoint);

  /// Discovery thread: what the segment's table says now, bound to rows. Refused
  /// series stay without a row and are named in `refusals`.
  std::shared_ptr<const Binding> bind(std::shared_ptr<segments::Segment> segment,
                                      const Binding* previous, std::vector<std::string>& refusals);
  [[nodiscard]] const Checkpoint& checkpoint() const noexcept { return *checkpoint_; }

  // Guard thread, all below.

  /// Where the segment's clock is read, to tell a jump of it from a latency.
  void read_clock_from(shm::TickSource source) noexcept { ticks_ = source; }
  /// A reading of it; at least ten times a second.
  void look_at_clock(const shm::ClockPair& now) noexcept { clock_watch_.look(now); }

  /// Adopts a binding; with a new generation, takes up its positions. Gives back
  /// the one before, which the guard must not be the last to hold: its end unmaps.
  std::shared_ptr<const Binding> adopt(std::shared_ptr<const Binding> binding) noexcept;
  [[nodiscard]] const Binding* binding() const noexcept { return binding_.get(); }
  /// Whether a generation is bound that is not retired yet.
  [[nodiscard]] bool is_live() const noexcept { return !lanes_.empty(); }
  /// Whether what was just read of the live generation may be used.
  [[nodiscard]] bool is_trusted() const noexcept {
    return is_live() && !binding_->segment->is_damaged() && !checkpoint_->is_damaged();
  }

  /// Takes the next batch: committed when this returns. Empty: nothing is left,
  /// or `has_unbound_series()`. The span lasts until the next call.
  std::span<const Observation> take() noexcept;

  /// Whether a sample waits for a series that the binding does not know yet.
  [[nodiscard]] bool has_unbound_series() const noexcept { return has_unbound_series_; }

  /// Whether a lane spilled since the last sweep.
  [[nodiscard]] bool has_new_spill() const noexcept;

  /// Reads what lanes spilled; `add(row, bucket, count)` for each bucket that grew,
  /// `add_sum(row, low, high)` for the sums, `add_cut(row, bound, count)`.
  template <class Sink>
  void sweep(Sink& sink) noexcept;

  /// How full the fullest ring is, 0 to 1.
  [[nodiscard]] double fullest_ring() const noexcept;

  /// Whether an ended trader's rings are empty and all that it registered is bound,
  /// so that it can be retired. Of one that is damaged or given up nothing more
  /// will come.
  [[nodiscard]] bool is_drained() noexcept;

  /// After the last sweep: carries the generation over and marks it retired.
  void retire() noexcept;

  /// As of now; looks at the lanes' fronts. With a damaged checkpoint, as last shown.
  [[nodiscard]] Totals totals() noexcept;
  /// Lanes that a writer has claimed at least once.
  [[nodiscard]] std::uint64_t lanes_claimed() noexcept { return is_live() ? lanes_.claimed() : 0; }
  [[nodiscard]] std::uint32_t lanes_quarantined() const noexcept { return lanes_.quarantined(); }

  /// A counter over all lanes and generations.
  [[nodiscard]] std::uint64_t counter(const BoundSeries& series) const noexcept;
  /// A counter's total of retired generations; with a damaged checkpoint, as last shown.
  [[nodiscard]] std::uint64_t carried(const Row& row) const noexcept;
  /// An up-down counter over all lanes of the living generation; false when there
  /// is none to be believed.
  [[nodiscard]] bool up_down(const BoundSeries& series, std::int64_t& value) const noexcept;
  /// The bits of a gauge of the living generation; false as above: what a dead
  /// trader last said is not how it is.
  [[nodiscard]] bool gauge(const BoundSeries& series, std::uint64_t& bits) const noexcept;

 private:
  void remember_names(const Binding& binding, const Binding* previous);
  BoundSeries bind_series(const Binding& binding, std::vector<std::string>& refusals);
  void take_lane(std::uint32_t lane) noexcept;
  std::uint64_t mended(std::uint64_t interval, std::uint64_t stop) noexcept;
  bool decode(const shm::Sample& sample, std::uint32_t lane) noexcept;
  void apply_batch(unsigned image) noexcept;
  void begin_generation() noexcept;
  Totals look_at_totals() noexcept;
  void mark_retired() noexcept;
  void carry_over(unsigned image) noexcept;
  void copy_generation() noexcept;
  [[nodiscard]] bool is_given_up() const noexcept;
  [[nodiscard]] std::uint64_t cell_sum(std::uint32_t slot) const noexcept;
  [[nodiscard]] std::uint64_t counted(std::uint32_t slot) const noexcept;

  std::unique_ptr<Checkpoint> checkpoint_;
  // Discovery's: the series of the binding made last, so that none is bound twice.
  std::unordered_set<std::string> names_;
  const Binding* last_bound_ = nullptr;

  std::shared_ptr<const Binding> binding_;
  Totals shown_;                      ///< last, of a checkpoint that was whole
  Lanes lanes_{max_lanes};            ///< of the live generation; empty: there is none
  std::vector<std::uint64_t> taken_;  ///< by lane, in this batch
  std::vector<Observation> batch_;
  ClockWatch clock_watch_;  ///< of the live generation
  shm::TickSource ticks_ = shm::ticks;
  std::uint64_t refused_ = 0;     ///< by the live generation's library; never goes back
  std::uint64_t bad_ids_ = 0;     ///< in this batch
  std::uint64_t mended_ = 0;      ///< in this batch
  std::uint32_t first_lane_ = 0;  ///< turns, so that no lane starves another
  bool has_unbound_series_ = false;
};

template <class Sink>
void Drainer::sweep(Sink& sink) noexcept {
  if (!is_trusted()) return;
  for (std::uint32_t lane = 0; lane < lanes_.claimed(); ++lane) {
    lanes_[lane].spilled_swept = lanes_[lane].reader.spilled();
  }
  for (const auto& block : binding_->spills) {
    const std::uint64_t count = shm::spilled_into(*block->cells.header);
    // relaxed: a hint.
    if (count == block->seen_count && !binding_->segment->ended.load(std::memory_order_relaxed))
      continue;
    block->seen_count = count;
    // A cell that went back is nobody's count, zeroes under a file cut short least
    // of all: it is left as it was last believed.
    const auto grown = [](const std::atomic<std::uint64_t>& cell, std::uint64_t& seen) {
      const std::uint64_t now = cell.load(std::memory_order_relaxed);  // relaxed: late is only late
      return now < seen ? 0 : now - std::exchange(seen, now);
    };
    for (std::uint32_t i = 0; i < block->cells.buckets.size(); ++i) {
      if (const auto n = grown(block->cells.buckets[i], block->seen_buckets[i]); n != 0)
        sink.add(*block->row, i, n);
    }
    for (std::size_t i = 0; i < block->cells.cuts.size(); ++i) {
      if (const auto n = grown(block->cells.cuts[i], block->seen_cuts[i]); n != 0)
        sink.add_cut(*block->row, i, n);
    }
    sink.add_sum(*block->row, grown(block->cells.header->sum_low, block->seen_sum_low),
                 grown(block->cells.header->sum_high, block->seen_sum_high));
  }
}

}  // namespace outrider::drain
