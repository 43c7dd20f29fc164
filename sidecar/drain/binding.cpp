// SPDX-License-Identifier: Apache-2.0
// Binding, on the discovery thread: what a segment's table says, checked and
// tied to the rows that keep its totals.
#include <algorithm>
#include <set>

#include "drain/drainer.hpp"

namespace outrider::drain {

namespace {

bool keeps_totals(shm::SeriesKind kind) {
  return kind == shm::SeriesKind::counter || kind == shm::SeriesKind::histogram;
}

std::uint64_t bytes_of(const SpillBlock& block) {
  return shm::spill_bytes(block.cells.cuts.size(), block.cells.buckets.size());
}

std::shared_ptr<SpillBlock> open_spill(const segments::Segment& segment, std::uint32_t lane,
                                       const BoundSeries& series) {
  // sync(spill-block): acquire, pairs with the producer's registration. The offset
  // leads to cells that begin at zero.
  const std::uint64_t offset =
      segment.view.lane(lane).spills[series.info.slot].load(std::memory_order_acquire);
  if (offset == 0) return nullptr;
  const auto cells =
      segment.view.spill(offset, series.info.bounds.size(), series.row->layout.count());
  if (!cells) return nullptr;
  auto block = std::make_shared<SpillBlock>();
  block->lane = lane;
  block->row = series.row;
  block->cells = *cells;
  block->seen_cuts.assign(cells->cuts.size(), 0);
  block->seen_buckets.assign(cells->buckets.size(), 0);
  return block;
}

std::size_t count_spill_offsets(const segments::Segment& segment) noexcept {
  std::size_t count = 0;
  for (std::uint32_t lane = 0; lane <= segment.geometry().lanes; ++lane) {
    for (const auto& offset : segment.view.lane(lane).spills) {
      // relaxed: only whether there is something new; open_spill acquires.
      count += offset.load(std::memory_order_relaxed) != 0 ? 1U : 0U;
    }
  }
  return count;
}

void bind_spills(Binding& binding) {
  const shm::Geometry& geometry = binding.segment->geometry();
  std::set<std::pair<std::uint32_t, const Row*>> known;
  // No honest segment has more spill than its area holds, and a hostile one must
  // not make us allocate without end.
  std::uint64_t bytes = 0;
  for (const auto& block : binding.spills) {
    known.emplace(block->lane, block->row);
    bytes += bytes_of(*block);
  }
  for (std::uint32_t lane = 0; lane <= geometry.lanes; ++lane) {
    for (const BoundSeries& series : binding.series) {
      if (series.info.kind != shm::SeriesKind::histogram || series.row == nullptr) continue;
      if (bytes >= geometry.spill_bytes) return;
      if (known.contains({lane, series.row})) continue;
      if (auto block = open_spill(*binding.segment, lane, series)) {
        bytes += bytes_of(*block);
        binding.spills.push_back(std::move(block));
      }
    }
  }
}

}  // namespace

// Fewer than once there were is no news: an honest trader takes nothing back.
bool is_complete(const Binding& binding) noexcept {
  const std::uint64_t room = binding.segment->geometry().series;
  return std::min(binding.segment->view.series_published(), room) <= binding.series.size() &&
         count_spill_offsets(*binding.segment) <= binding.spill_offsets;
}

std::shared_ptr<const Binding> Drainer::bind(std::shared_ptr<segments::Segment> segment,
                                             const Binding* previous,
                                             std::vector<std::string>& refusals) {
  auto binding = std::make_shared<Binding>();
  if (previous != nullptr && previous->segment == segment) *binding = *previous;
  binding->segment = segment;
  // First: what comes later is news.
  binding->spill_offsets = std::max(binding->spill_offsets, count_spill_offsets(*segment));
  remember_names(*binding, previous);
  const std::uint64_t count =
      std::min<std::uint64_t>(segment->view.series_published(), segment->geometry().series);
  while (binding->series.size() < count) {
    binding->series.push_back(bind_series(*binding, refusals));
  }
  bind_spills(*binding);
  last_bound_ = binding.get();
  return binding;
}

// What follows goes on from the binding made last, but for a new segment.
void Drainer::remember_names(const Binding& binding, const Binding* previous) {
  if (!binding.series.empty() && previous == last_bound_) return;
  names_.clear();
  for (const BoundSeries& each : binding.series) names_.insert(each.info.text());
}

// The next entry of the table. One that is refused stays as an empty series, so
// that the numbers of those after it hold.
BoundSeries Drainer::bind_series(const Binding& binding, std::vector<std::string>& refusals) {
  const auto number = static_cast<std::uint32_t>(binding.series.size());
  const segments::Segment& segment = *binding.segment;
  const auto info = shm::read_series(segment.view.series(), number);
  if (!info || info->slot >= shm::slots_of(segment.geometry(), info->kind)) {
    refusals.push_back(
        "series " + std::to_string(number) +
        ": found its entry in the table damaged; needed it as it was registered; it is not "
        "read; look for who wrote there, and start the trader again");
    return {};
  }
  // Two entries of one name and label set would be one series with two values.
  if (!names_.insert(info->text()).second) {
    refusals.push_back(info->text() +
                       ": found it twice in the table; needed once; the second is not read; start "
                       "the trader again");
    return {};
  }
  BoundSeries series{*info, nullptr};
  shm::FileError error;
  if (keeps_totals(info->kind)) series.row = checkpoint_->row_for(*info, error);
  if (error) refusals.push_back(error.message);
  return series;
}

}  // namespace outrider::drain
