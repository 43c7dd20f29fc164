// SPDX-License-Identifier: Apache-2.0
#include "hdr_log/spilled.hpp"

#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

#include "outrider/shm/control.hpp"
#include "segments/listing.hpp"

namespace outrider::hdr_log {

void Spilled::look() {
  std::set<std::string> there;
  for (const segments::Found& found : segments::list_segments(directory_)) {
    const std::string path = shm::telemetry_path(directory_, found.name, found.generation);
    there.insert(path);
    if (attached_.contains(path)) continue;
    Attached fresh;
    fresh.producer = found.name;
    std::string why;  // who cannot attach says it elsewhere: the sidecar's log, outrider status
    if (shm::attach_telemetry(path, fresh.telemetry, why) != shm::AttachResult::attached) continue;
    fresh.watch = segments::FaultWatch{fresh.telemetry.mapping, shm::Access::read_only};
    if (fresh.watch) attached_.emplace(path, std::move(fresh));
  }
  std::erase_if(attached_, [&](const auto& each) { return !there.contains(each.first); });
}

void Spilled::read_table(Attached& attached) {
  const shm::TelemetryView view = attached.telemetry.view();
  const std::uint64_t count =
      std::min<std::uint64_t>(view.series_published(), view.geometry().series);
  for (; attached.table_read < count; ++attached.table_read) {
    const auto info =
        shm::read_series(view.series(), static_cast<std::uint32_t>(attached.table_read));
    if (!info || info->kind != shm::SeriesKind::histogram) continue;
    if (info->slot >= view.geometry().histograms) continue;
    attached.entries.insert_or_assign(
        info->text(), Entry{info->slot, info->bounds.size(), info->significant_figures});
  }
}

bool Spilled::add(const Attached& attached, const Entry& entry,
                  std::vector<std::uint64_t>& buckets) {
  const shm::TelemetryView view = attached.telemetry.view();
  const std::uint64_t lanes =
      std::min<std::uint64_t>(view.lanes_published(), view.geometry().lanes + 1);
  // No honest segment has more spill of a series than its area holds of all.
  std::uint64_t room = view.geometry().spill_bytes;
  for (std::uint32_t lane = 0; lane < lanes; ++lane) {
    // sync(spill-block): acquire, pairs with the producer's registration. The offset leads
    // to cells that begin at zero.
    const std::uint64_t offset = view.lane(lane).spills[entry.slot].load(std::memory_order_acquire);
    if (offset == 0) continue;
    const std::uint64_t bytes = shm::spill_bytes(entry.bounds, buckets.size());
    const auto spill = view.spill(offset, entry.bounds, buckets.size());
    if (!spill || bytes > room) continue;
    room -= bytes;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      // relaxed: cells that only grow; the buckets are the truth.
      buckets[i] += spill->buckets[i].load(std::memory_order_relaxed);
    }
  }
  return !attached.watch.faulted();
}

void Spilled::add(const std::string& producer, const shm::SeriesInfo& info,
                  const drain::SegmentId& retired, std::vector<std::uint64_t>& buckets) {
  for (auto& [path, attached] : attached_) {
    const shm::TelemetryHeader& header = attached.telemetry.header;
    const bool is_last_retired = header.generation == retired.generation &&
                                 (retired.birth == 0 || retired.birth == header.created_wall_ns);
    if (attached.producer != producer || is_last_retired) continue;
    // One that was retired before that is gone by now.
    if (::access(path.c_str(), F_OK) != 0) continue;
    read_table(attached);
    const auto found = attached.entries.find(info.text());
    if (found == attached.entries.end()) continue;
    if (found->second.significant_figures != info.significant_figures) continue;
    std::vector<std::uint64_t> sum = buckets;
    if (add(attached, found->second, sum)) buckets = std::move(sum);
  }
}

}  // namespace outrider::hdr_log
