// SPDX-License-Identifier: Apache-2.0
// What a producer has recorded, over all generations and for each series, and the
// end of a generation, after which the checkpoint alone knows.
#include "drain/drainer.hpp"

namespace outrider::drain {

std::uint64_t Drainer::cell_sum(std::uint32_t slot) const noexcept {
  std::uint64_t sum = 0;
  for (std::uint32_t lane = 0; lane < lanes_.claimed(); ++lane) {
    // relaxed: cumulative; a late view is only late.
    sum += binding_->segment->view.lane(lane).cells[slot].load(std::memory_order_relaxed);
  }
  return sum;
}

// Of a generation that is damaged, what was last shown to anybody. A counter never
// goes down: zeroes under a file cut short and made longer again are no counts.
std::uint64_t Drainer::counted(std::uint32_t slot) const noexcept {
  std::uint64_t& seen = binding_->segment->cells_seen[slot];
  const std::uint64_t sum = cell_sum(slot);
  if (is_trusted()) seen = std::max(seen, sum);
  return seen;
}

std::uint64_t Drainer::carried(const Row& row) const noexcept {
  const std::uint64_t now = *row.carry[checkpoint_->active()];
  // Asked after reading: zeroes may be in the place of all that was known.
  if (!checkpoint_->is_damaged()) row.carry_shown = now;
  return row.carry_shown;
}

std::uint64_t Drainer::counter(const BoundSeries& series) const noexcept {
  const std::uint64_t carried = series.row == nullptr ? 0 : this->carried(*series.row);
  return carried + (is_live() ? counted(series.info.slot) : 0);
}

bool Drainer::up_down(const BoundSeries& series, std::int64_t& value) const noexcept {
  if (!is_live()) return false;
  value = static_cast<std::int64_t>(cell_sum(series.info.slot));
  return is_trusted();
}

bool Drainer::gauge(const BoundSeries& series, std::uint64_t& bits) const noexcept {
  if (!is_live()) return false;
  // relaxed: a value of the moment.
  bits = binding_->segment->view.gauge(series.info.slot).load(std::memory_order_relaxed);
  return is_trusted();
}

Totals Drainer::totals() noexcept {
  const Totals now = look_at_totals();
  if (!checkpoint_->is_damaged()) shown_ = now;
  return shown_;
}

Totals Drainer::look_at_totals() noexcept {
  const ImageHead& head = checkpoint_->head(checkpoint_->active());
  Totals totals;
  totals.drained = head.drained;
  totals.lost = head.lost;
  totals.recorded = head.retired_recorded;
  totals.spilled = head.retired_spilled;
  totals.clipped = head.retired_clipped;
  totals.anomalies = head.retired_anomalies;
  totals.refused = head.retired_refused;
  if (!is_live()) return totals;
  if (is_trusted()) {
    lanes_.look();
    // relaxed: a count for people. Zeroes of a file that is cut short are none.
    const auto& refused = binding_->segment->view.state().refused;
    refused_ = std::max(refused_, refused.load(std::memory_order_relaxed));
  }
  totals.refused += refused_;
  // relaxed: set before the segment was handed over.
  const bool abandoned = binding_->segment->abandoned.load(std::memory_order_relaxed);
  const bool given_up = is_given_up();
  const auto cause = abandoned ? LossCause::stale_file : LossCause::quarantined_lane;
  for (std::uint32_t lane = 0; lane < lanes_.claimed(); ++lane) {
    const Lane& each = lanes_[lane];
    totals.recorded += each.pushed + each.spilled;
    totals.spilled += each.spilled;
    totals.clipped += each.clipped;
    totals.anomalies += each.anomalies;
    const bool is_lost = given_up || each.quarantined;
    (is_lost ? totals.lost[static_cast<std::size_t>(cause)] : totals.in_ring) += each.waiting();
  }
  return totals;
}

void Drainer::retire() noexcept {
  const Totals before = totals();
  const unsigned image = checkpoint_->inactive();
  ImageHead& head = checkpoint_->head(image);
  // The buckets, not the hints beside them, say what was spilled: a trader killed
  // between the two has counted the sample.
  std::uint64_t spilled = 0;
  for (const auto& block : binding_->spills) {
    for (const std::uint64_t bucket : block->seen_buckets) spilled += bucket;
  }
  const std::uint64_t hinted = before.spilled - head.retired_spilled;
  head.retired_recorded = before.recorded - hinted + std::max(spilled, hinted);
  head.retired_spilled += spilled;
  head.retired_clipped = before.clipped;
  head.retired_anomalies = before.anomalies;
  head.retired_refused = before.refused;
  head.lost = before.lost;
  // A trader that has ended records no more: a head that rose since its rings were
  // found empty is not believed, but claims what nobody will read.
  head.lost[static_cast<std::size_t>(LossCause::quarantined_lane)] += before.in_ring;
  // Spill of series without a row, which nobody could read, or that nobody reads
  // any more.
  if (hinted > spilled) {
    // relaxed: set before the segment was handed over.
    const bool is_stale = binding_->segment->abandoned.load(std::memory_order_relaxed);
    const auto cause = is_stale        ? LossCause::stale_file
                       : is_given_up() ? LossCause::quarantined_lane
                                       : LossCause::bad_id;
    head.lost[static_cast<std::size_t>(cause)] += hinted - spilled;
  }
  head.generation = 0;
  head.birth = 0;
  head.last_retired = binding_->segment->generation();
  head.last_retired_birth = binding_->segment->birth();
  head.positions.fill(0);
  carry_over(image);
  checkpoint_->commit();
  copy_generation();
  mark_retired();
}

// Into the image that does not count yet: counters as they stand, spill as swept.
void Drainer::carry_over(unsigned image) noexcept {
  for (const BoundSeries& series : binding_->series) {
    if (series.info.kind == shm::SeriesKind::counter && series.row != nullptr) {
      *series.row->carry[image] += counted(series.info.slot);
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
}

// What the retirement of a generation has changed, into the other image.
void Drainer::copy_generation() noexcept {
  checkpoint_->copy_head();
  for (const BoundSeries& series : binding_->series) {
    if (series.row != nullptr) checkpoint_->copy_row(*series.row);
  }
}

void Drainer::mark_retired() noexcept {
  lanes_.close();
  segments::Segment& segment = *binding_->segment;
  // sync(retired): release, pairs with the next trader's clean-up. The totals are
  // committed before the flag.
  segment.control.state().retired.store(1, std::memory_order_release);
  segment.retired.store(true, std::memory_order_release);  // sync(retired): as above, for discovery
}

}  // namespace outrider::drain
