// SPDX-License-Identifier: Apache-2.0
#include "drain/drainer.hpp"

#include <algorithm>
#include <utility>

namespace outrider::drain {

Drainer::Drainer(std::unique_ptr<Checkpoint> checkpoint)
    : checkpoint_{std::move(checkpoint)}, taken_(max_lanes, 0) {
  batch_.reserve(batch_samples);
}

std::shared_ptr<const Binding> Drainer::adopt(std::shared_ptr<const Binding> binding) noexcept {
  const bool is_new = binding_ == nullptr || binding_->segment != binding->segment;
  binding_.swap(binding);
  has_unbound_series_ = false;
  if (is_new) {
    begin_generation();
  } else if (is_live()) {
    // What a spill block counted before it was bound must be swept, too.
    for (std::uint32_t lane = 0; lane < lanes_.claimed(); ++lane) {
      lanes_[lane].spilled_swept = 0;
    }
  }
  return binding;
}

void Drainer::begin_generation() noexcept {
  const segments::Segment& segment = *binding_->segment;
  const std::uint32_t lanes = segment.geometry().lanes + 1;
  const ImageHead& active = checkpoint_->head(checkpoint_->active());
  lanes_.close();
  if (segment.is_same(active.last_retired, active.last_retired_birth)) {
    // The sidecar before us was killed between carrying it over and saying so.
    return mark_retired();
  }
  if (!segment.is_same(active.generation, active.birth)) {
    ImageHead& next = checkpoint_->head(checkpoint_->inactive());
    next.generation = segment.generation();
    next.birth = segment.birth();
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
    checkpoint_->copy_head();
  }
  clock_watch_ = ClockWatch{segment.clock()};
  refused_ = 0;
  lanes_.open(segment, checkpoint_->head(checkpoint_->active()).positions);
  for (std::uint32_t lane = 0; lane < lanes; ++lane) {
    lanes_[lane].reader.release(0, segment.control.position(lane));
  }
}

// --------------------------------------------------------------- draining

std::span<const Observation> Drainer::take() noexcept {
  batch_.clear();
  bad_ids_ = 0;
  mended_ = 0;
  has_unbound_series_ = false;
  if (!is_live() || is_given_up()) return {};
  const std::uint32_t lanes = lanes_.claimed();
  std::fill_n(taken_.begin(), lanes, 0);
  bool took = false;
  for (std::uint32_t turn = 0; turn < lanes; ++turn) {
    const std::uint32_t lane = (first_lane_ + turn) % lanes;
    take_lane(lane);
    took = took || taken_[lane] != 0;
  }
  ++first_lane_;
  if (!took) return {};
  if (!is_trusted()) {
    // Zeroes may have been decoded. Nothing of it was committed: it never happened.
    batch_.clear();
    return {};
  }
  apply_batch(checkpoint_->inactive());
  checkpoint_->commit();
  for (std::uint32_t lane = 0; lane < lanes; ++lane) {
    if (taken_[lane] != 0)
      lanes_[lane].reader.release(taken_[lane], binding_->segment->control.position(lane));
  }
  apply_batch(checkpoint_->inactive());
  return batch_;
}

void Drainer::take_lane(std::uint32_t lane) noexcept {
  const std::uint64_t readable = lanes_.readable(lane);
  const shm::RingReader& reader = lanes_[lane].reader;
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
    value = segment.clock().interval_ns(value);
    if (value >= smallest_jump_ns) [[unlikely]] {
      value = segment.clock().interval_ns(mended(recorded, sample.stamp));
    }
    value = std::min(value, shm::highest_trackable_value);
  }
  batch_.push_back({series.row, value, sample.stamp, series.row->layout.index(value), lane});
  return true;
}

// A long interval may be a short one across a jump of the clock. Whoever stamped it
// after the jump did so before we read the clock here.
std::uint64_t Drainer::mended(std::uint64_t interval, std::uint64_t stop) noexcept {
  if (stop > clock_watch_.last_ticks()) {
    clock_watch_.look(shm::read_clocks(binding_->segment->clock().kind, ticks_));
  }
  const std::uint64_t whole = clock_watch_.mended(interval, stop);
  if (whole != interval) ++mended_;
  return whole;
}

void Drainer::apply_batch(unsigned image) noexcept {
  for (const Observation& seen : batch_)
    apply(*seen.row, seen.row->cells[image], seen.bucket, seen.value);
  ImageHead& head = checkpoint_->head(image);
  head.drained += batch_.size();
  head.retired_anomalies += mended_;
  head.lost[static_cast<std::size_t>(LossCause::bad_id)] += bad_ids_;
  for (std::uint32_t lane = 0; lane < lanes_.claimed_before(); ++lane) {
    head.positions[lane] += taken_[lane];
  }
}

bool Drainer::has_new_spill() const noexcept {
  if (!is_live() || is_given_up()) return false;
  for (std::uint32_t lane = 0; lane < lanes_.claimed(); ++lane) {
    // relaxed: only whether to sweep; the sweep itself acquires.
    const auto spilled =
        binding_->segment->view.lane(lane).header->spilled.load(std::memory_order_relaxed);
    if (spilled != lanes_[lane].spilled_swept) return true;
  }
  return false;
}

double Drainer::fullest_ring() const noexcept {
  double fullest = 0;
  for (std::uint32_t lane = 0; is_live() && lane < lanes_.claimed(); ++lane) {
    if (lanes_[lane].quarantined) continue;
    const shm::RingReader& reader = lanes_[lane].reader;
    const double fill =
        static_cast<double>(reader.readable()) / static_cast<double>(reader.capacity());
    fullest = std::max(fullest, std::min(fill, 1.0));
  }
  return fullest;
}

bool Drainer::is_given_up() const noexcept {
  // relaxed: set before the segment was handed over.
  return binding_->segment->is_damaged() || checkpoint_->is_damaged() ||
         binding_->segment->abandoned.load(std::memory_order_relaxed);
}

bool Drainer::is_drained() noexcept {
  // Without a checkpoint there is nothing to carry over into: the next sidecar will.
  if (checkpoint_->is_damaged()) return false;
  if (is_given_up()) return true;
  // What the binding does not know would not be carried over.
  if (!is_complete(*binding_)) return false;
  for (std::uint32_t lane = 0; is_live() && lane < lanes_.claimed(); ++lane) {
    if (lanes_.readable(lane) != 0) return false;
  }
  return true;
}

}  // namespace outrider::drain
