// SPDX-License-Identifier: Apache-2.0
#include "hdr_log/spilled.hpp"

#include <algorithm>
#include <utility>

#include "outrider/shm/control.hpp"
#include "outrider/shm/hdr.hpp"

namespace outrider::hdr_log {
namespace {

/// More than any trader counts; beyond it a cell was scribbled on.
constexpr std::uint64_t most_in_a_cell = std::uint64_t{1} << 48;

}  // namespace

void Spilled::let_go() {
  watch_ = segments::FaultWatch{};  // before what it watches
  telemetry_ = {};
  table_.clear();
  table_read_ = 0;
}

void Spilled::follow(const std::string& directory, const std::string& producer,
                     const drain::SegmentId& wanted) {
  if (telemetry_.mapping && id_ == wanted) return;
  let_go();
  id_ = wanted;
  if (wanted.generation == 0) return;
  shm::AttachedTelemetry fresh;
  std::string why;  // who cannot attach says so elsewhere: the sidecar's log, outrider status
  const std::string path = shm::telemetry_path(directory, producer, wanted.generation);
  if (shm::attach_telemetry(path, fresh, why) != shm::AttachResult::attached) return;
  const bool is_it = fresh.header.generation == wanted.generation &&
                     (wanted.birth == 0 || wanted.birth == fresh.header.created_wall_ns);
  if (!is_it) return;
  telemetry_ = std::move(fresh);
  watch_ = segments::FaultWatch{telemetry_.mapping, shm::Access::read_only};
  if (!watch_) let_go();
  begin_look();
}

void Spilled::read_table() {
  const shm::TelemetryView view = telemetry_.view();
  const std::uint64_t count =
      std::min<std::uint64_t>(view.series_published(), view.geometry().series);
  for (; table_read_ < count; ++table_read_) {
    const auto info = shm::read_series(view.series(), static_cast<std::uint32_t>(table_read_));
    if (!info || info->kind != shm::SeriesKind::histogram) continue;
    if (info->slot < view.geometry().histograms) table_.insert_or_assign(info->text(), *info);
  }
}

std::vector<std::uint64_t> Spilled::of(const shm::SeriesInfo& info) {
  if (!telemetry_.mapping) return {};
  read_table();
  const auto found = table_.find(info.text());
  if (found == table_.end() || !found->second.same_shape(info)) return {};
  const shm::TelemetryView view = telemetry_.view();
  const std::uint64_t lanes =
      std::min<std::uint64_t>(view.lanes_published(), view.geometry().lanes + 1);
  std::vector<std::uint64_t> buckets(shm::BucketLayout{info.significant_figures}.count());
  const std::uint64_t bytes = shm::spill_bytes(info.bounds.size(), buckets.size());
  for (std::uint32_t lane = 0; lane < lanes && bytes <= room_; ++lane) {
    // sync(spill-block): acquire, pairs with the producer's registration. The offset leads
    // to cells that begin at zero.
    const std::uint64_t offset =
        view.lane(lane).spills[found->second.slot].load(std::memory_order_acquire);
    const auto spill = view.spill(offset, info.bounds.size(), buckets.size());
    if (offset == 0 || !spill) continue;
    room_ -= bytes;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      // relaxed: cells that only grow; the buckets are the truth.
      const std::uint64_t count = spill->buckets[i].load(std::memory_order_relaxed);
      if (count <= most_in_a_cell) buckets[i] += count;
    }
  }
  if (watch_.faulted()) buckets.clear();
  return buckets;
}

}  // namespace outrider::hdr_log
