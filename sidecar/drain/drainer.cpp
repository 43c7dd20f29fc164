// SPDX-License-Identifier: Apache-2.0
#include "drain/drainer.hpp"

#include <algorithm>
#include <utility>

namespace outrider::drain {

Drainer::Drainer(std::unique_ptr<Checkpoint> checkpoint)
    : checkpoint_{std::move(checkpoint)},
      quarantined_(max_lanes, 0),
      spilled_seen_(max_lanes, 0),
      taken_(max_lanes, 0) {
  batch_.reserve(batch_samples);
  readers_.reserve(max_lanes);
}

void Drainer::adopt(std::shared_ptr<const Binding> binding) noexcept {
  const bool is_new = binding_ == nullptr || binding_->segment != binding->segment;
  binding_ = std::move(binding);
  has_unbound_series_ = false;
  // What a spill block counted before it was bound must be swept, too.
  std::fill(spilled_seen_.begin(), spilled_seen_.end(), 0);
  if (is_new) begin_generation();
}

void Drainer::begin_generation() noexcept {
  const segments::Segment& segment = *binding_->segment;
  const std::uint32_t lanes = segment.geometry().lanes + 1;
  const ImageHead& active = checkpoint_->head(checkpoint_->active());
  if (active.last_retired == segment.generation()) {
    // The sidecar before us was killed between carrying it over and saying so.
    return mark_retired();
  }
  if (active.generation != segment.generation()) {
    ImageHead& next = checkpoint_->head(checkpoint_->inactive());
    next.generation = segment.generation();
    next.positions.fill(0);
    for (std::uint32_t lane = 0; lane < lanes; ++lane) {
      // A fresh generation begins at zero. Where our own control segment says that
      // samples were taken, the checkpoint that had them is gone, and they with it;
      // what is still in the ring is not.
      // relaxed: written by a sidecar, ourselves or an earlier one.
      next.positions[lane] = segment.control.position(lane).load(std::memory_order_relaxed);
      next.lost[static_cast<std::size_t>(LossCause::damaged_checkpoint)] += next.positions[lane];
    }
    checkpoint_->commit();
    checkpoint_->copy_active_over_inactive();
  }
  readers_.clear();
  std::fill(quarantined_.begin(), quarantined_.end(), std::uint8_t{0});
  const ImageHead& head = checkpoint_->head(checkpoint_->active());
  for (std::uint32_t lane = 0; lane < lanes; ++lane) {
    readers_.emplace_back(segment.view.lane(lane), head.positions[lane]);
    readers_.back().release(0, segment.control.position(lane));
  }
}

// --------------------------------------------------------------- draining

std::uint32_t Drainer::lanes_used() const noexcept {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(binding_->segment->view.lanes_published(), readers_.size()));
}

std::span<const Observation> Drainer::take() noexcept {
  batch_.clear();
  bad_ids_ = 0;
  has_unbound_series_ = false;
  if (!is_live()) return {};
  std::fill_n(taken_.begin(), readers_.size(), 0);
  const std::uint32_t lanes = lanes_used();
  bool took = false;
  for (std::uint32_t turn = 0; turn < lanes; ++turn) {
    const std::uint32_t lane = (first_lane_ + turn) % lanes;
    if (quarantined_[lane] == 0) take_lane(lane);
    took = took || taken_[lane] != 0;
  }
  ++first_lane_;
  if (!took) return {};

  apply_batch(checkpoint_->inactive());
  checkpoint_->commit();
  for (std::uint32_t lane = 0; lane < lanes; ++lane) {
    if (taken_[lane] != 0)
      readers_[lane].release(taken_[lane], binding_->segment->control.position(lane));
  }
  apply_batch(checkpoint_->inactive());
  return batch_;
}

void Drainer::take_lane(std::uint32_t lane) noexcept {
  const shm::RingReader& reader = readers_[lane];
  const std::uint64_t readable = reader.readable();
  if (readable > reader.capacity()) {
    quarantined_[lane] = 1;
    return;
  }
  const std::uint64_t wanted = std::min<std::uint64_t>(readable, batch_samples - batch_.size());
  while (taken_[lane] < wanted && decode(reader.peek(taken_[lane]), lane)) ++taken_[lane];
}

// False when the sample must wait for a binding that knows its series.
bool Drainer::decode(const shm::Sample& sample, std::uint32_t lane) noexcept {
  const segments::Segment& segment = *binding_->segment;
  const auto number = static_cast<std::uint32_t>(sample.packed >> shm::sample_value_bits);
  if (number >= binding_->series.size()) {
    // Its registration came before the sample.
    const std::uint64_t count = segment.view.series_published();
    if (number < std::min<std::uint64_t>(count, segment.geometry().series)) {
      has_unbound_series_ = true;
      return false;
    }
    ++bad_ids_;
    return true;
  }
  const BoundSeries& series = binding_->series[number];
  if (series.row == nullptr || series.info.kind != shm::SeriesKind::histogram) {
    ++bad_ids_;
    return true;
  }
  const std::uint64_t recorded = sample.packed & ((std::uint64_t{1} << shm::sample_value_bits) - 1);
  std::uint64_t value = std::min(recorded, shm::highest_trackable_value);
  if (series.info.unit == shm::SeriesUnit::ticks) {
    value = std::min(segment.clock().interval_ns(value), shm::highest_trackable_value);
  }
  batch_.push_back({series.row, value, sample.stamp, series.row->layout.index(value), lane});
  return true;
}

void Drainer::apply_batch(unsigned image) noexcept {
  for (const Observation& seen : batch_)
    apply(*seen.row, seen.row->cells[image], seen.bucket, seen.value);
  ImageHead& head = checkpoint_->head(image);
  head.drained += batch_.size();
  head.lost[static_cast<std::size_t>(LossCause::bad_id)] += bad_ids_;
  for (std::uint32_t lane = 0; lane < readers_.size(); ++lane) {
    head.positions[lane] += taken_[lane];
  }
}

bool Drainer::has_new_spill() const noexcept {
  if (!is_live()) return false;
  for (std::uint32_t lane = 0; lane < lanes_used(); ++lane) {
    // relaxed: only whether to sweep; the sweep itself acquires.
    const auto spilled =
        binding_->segment->view.lane(lane).header->spilled.load(std::memory_order_relaxed);
    if (spilled != spilled_seen_[lane]) return true;
  }
  return false;
}

double Drainer::fullest_ring() const noexcept {
  double fullest = 0;
  for (std::uint32_t lane = 0; is_live() && lane < lanes_used(); ++lane) {
    const double fill = static_cast<double>(readers_[lane].readable()) /
                        static_cast<double>(readers_[lane].capacity());
    if (quarantined_[lane] == 0) fullest = std::max(fullest, std::min(fill, 1.0));
  }
  return fullest;
}

bool Drainer::is_drained() const noexcept {
  // What the binding does not know would not be carried over.
  if (!is_complete(*binding_)) return false;
  for (std::uint32_t lane = 0; lane < lanes_used(); ++lane) {
    if (quarantined_[lane] == 0 && readers_[lane].readable() != 0) return false;
  }
  return true;
}

// ---------------------------------------------------------------- totals

std::uint64_t Drainer::cell_sum(std::uint32_t slot) const noexcept {
  std::uint64_t sum = 0;
  for (std::uint32_t lane = 0; lane < lanes_used(); ++lane) {
    // relaxed: cumulative; a late view is only late.
    sum += binding_->segment->view.lane(lane).cells[slot].load(std::memory_order_relaxed);
  }
  return sum;
}

std::uint64_t Drainer::counter(const BoundSeries& series) const noexcept {
  const std::uint64_t carried = series.row == nullptr ? 0 : this->carried(*series.row);
  return carried + (is_live() ? cell_sum(series.info.slot) : 0);
}

std::int64_t Drainer::up_down(const BoundSeries& series) const noexcept {
  return is_live() ? static_cast<std::int64_t>(cell_sum(series.info.slot)) : 0;
}

std::uint64_t Drainer::spilled_live() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& block : binding_->spills) {
    // relaxed: buckets only grow, and they are the count.
    for (const auto& bucket : block->cells.buckets) sum += bucket.load(std::memory_order_relaxed);
  }
  return sum;
}

Totals Drainer::totals() const noexcept {
  const ImageHead& head = checkpoint_->head(checkpoint_->active());
  Totals totals;
  totals.drained = head.drained;
  totals.lost = head.lost;
  totals.recorded = head.retired_recorded;
  totals.spilled = head.retired_spilled;
  totals.clipped = head.retired_clipped;
  totals.anomalies = head.retired_anomalies;
  if (!is_live()) return totals;
  for (std::uint32_t lane = 0; lane < lanes_used(); ++lane) {
    const shm::LaneHeader& front = *binding_->segment->view.lane(lane).header;
    // relaxed, all: numbers for people.
    const std::uint64_t pushed = front.head.load(std::memory_order_relaxed);
    const std::uint64_t spilled = front.spilled.load(std::memory_order_relaxed);
    totals.recorded += pushed + spilled;
    totals.spilled += spilled;
    totals.clipped += front.clipped.load(std::memory_order_relaxed);
    totals.anomalies += front.anomalies.load(std::memory_order_relaxed);
    const std::uint64_t waiting = pushed - readers_[lane].position();
    if (quarantined_[lane] == 0) {
      totals.in_ring += waiting;
    } else if (pushed > readers_[lane].position()) {
      totals.lost[static_cast<std::size_t>(LossCause::quarantined_lane)] += waiting;
    }
  }
  return totals;
}

void Drainer::retire() noexcept {
  Totals before = totals();
  // The buckets, not the hints beside them, say what was spilled: a trader killed
  // between the two has counted the sample.
  const std::uint64_t spilled = spilled_live();
  const unsigned image = checkpoint_->inactive();
  ImageHead& head = checkpoint_->head(image);
  const std::uint64_t hinted = before.spilled - head.retired_spilled;
  head.retired_recorded = before.recorded - hinted + std::max(spilled, hinted);
  head.retired_spilled += spilled;
  head.retired_clipped = before.clipped;
  head.retired_anomalies = before.anomalies;
  head.lost = before.lost;
  // Spill of series without a row, which nobody could read.
  if (hinted > spilled) head.lost[static_cast<std::size_t>(LossCause::bad_id)] += hinted - spilled;
  head.generation = 0;
  head.last_retired = binding_->segment->generation();
  head.positions.fill(0);
  for (const BoundSeries& series : binding_->series) {
    if (series.info.kind == shm::SeriesKind::counter && series.row != nullptr) {
      *series.row->carry[image] += cell_sum(series.info.slot);
    }
  }
  for (const auto& block : binding_->spills) {
    HistogramCells& cells = block->row->cells[image];
    for (std::size_t i = 0; i < cells.buckets.size(); ++i) {
      cells.buckets[i] += block->seen_buckets[i];
      *cells.count += block->seen_buckets[i];
    }
    for (std::size_t i = 0; i < cells.cuts.size(); ++i) cells.cuts[i] += block->seen_cuts[i];
    *cells.sum_low += block->seen_sum_low;
    *cells.sum_high += block->seen_sum_high;
  }
  checkpoint_->commit();
  checkpoint_->copy_active_over_inactive();
  mark_retired();
}

void Drainer::mark_retired() noexcept {
  readers_.clear();
  segments::Segment& segment = *binding_->segment;
  // sync(retired): release, pairs with the next trader's clean-up. The totals are
  // committed before the flag.
  segment.control.state().retired.store(1, std::memory_order_release);
  segment.retired.store(true, std::memory_order_release);  // sync(retired): as above, for discovery
}

}  // namespace outrider::drain
