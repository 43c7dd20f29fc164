// SPDX-License-Identifier: Apache-2.0
#include "cli/segment_reading.hpp"

#include <algorithm>
#include <bit>

#include "aggregate/histogram.hpp"
#include "cli/ring_look.hpp"

namespace outrider::cli {
namespace {

/// Of all lanes together: a hostile file may have rings of 16 GiB.
constexpr std::size_t most_samples = std::size_t{1} << 20;

std::uint64_t cell_sum(const Opened& opened, std::uint32_t slot) {
  std::uint64_t sum = 0;
  for (std::uint32_t lane = 0; lane < opened.lanes(); ++lane) {
    // relaxed: cumulative; a late view is only late.
    sum += opened.view().lane(lane).cells[slot].load(std::memory_order_relaxed);
  }
  return sum;
}

void read_value(const Opened& opened, SeriesReading& series) {
  const std::uint32_t slot = series.info.slot;
  const auto gauge = [&] {
    // relaxed: a value of the moment.
    return opened.view().gauge(slot).load(std::memory_order_relaxed);
  };
  switch (series.info.kind) {
    case shm::SeriesKind::counter:
      series.value = cell_sum(opened, slot);
      break;
    case shm::SeriesKind::up_down:
      series.value = static_cast<std::int64_t>(cell_sum(opened, slot));
      break;
    case shm::SeriesKind::gauge_f64:
      series.value = std::bit_cast<double>(gauge());
      break;
    case shm::SeriesKind::gauge_i64:
      series.value = static_cast<std::int64_t>(gauge());
      break;
    case shm::SeriesKind::histogram:
    case shm::SeriesKind::gate:
      break;
  }
}

/// What one lane has spilled of one histogram; the bytes that were looked at.
std::uint64_t read_spill(const Opened& opened, std::uint32_t lane, SeriesReading& series) {
  // sync(spill-block): acquire, pairs with the producer's registration. The offset leads
  // to cells that begin at zero.
  const std::uint64_t offset =
      opened.view().lane(lane).spills[series.info.slot].load(std::memory_order_acquire);
  if (offset == 0) return 0;
  const std::size_t bounds = series.info.bounds.size();
  const std::uint32_t buckets = series.spilled.layout.count();
  const auto spill = opened.view().spill(offset, bounds, buckets);
  if (!spill) return 0;
  // relaxed, all of these: cells that only grow; the buckets are the truth.
  for (std::uint32_t bucket = 0; bucket < buckets; ++bucket) {
    series.spilled.add(bucket, spill->buckets[bucket].load(std::memory_order_relaxed));
  }
  // relaxed: as above.
  const auto low = static_cast<double>(spill->header->sum_low.load(std::memory_order_relaxed));
  // relaxed: as above.
  const auto high = static_cast<double>(spill->header->sum_high.load(std::memory_order_relaxed));
  series.spilled_sum += (low + high * 0x1p32) * series.info.scale;
  return shm::spill_bytes(bounds, buckets);
}

void read_spills(const Opened& opened, std::vector<SeriesReading>& all) {
  // No honest segment has more spill than its area holds.
  std::uint64_t bytes = 0;
  for (std::uint32_t lane = 0; lane < opened.lanes(); ++lane) {
    for (SeriesReading& series : all) {
      if (bytes >= opened.header().geometry.spill_bytes) return;
      if (series.info.kind == shm::SeriesKind::histogram) bytes += read_spill(opened, lane, series);
    }
  }
}

std::string lane_text(std::uint32_t lane) {
  return "lane " + std::to_string(lane);
}

/// A lane's two ends: how many samples its writer has pushed and sidecars have taken.
struct Ends {
  std::uint64_t head = 0;
  std::optional<std::uint64_t> position;

  [[nodiscard]] bool possible(std::uint64_t capacity) const {
    return !position || (*position <= head && head - *position <= capacity);
  }
};

/// Both move while they are read: only what stays so cannot be.
Ends read_ends(const Opened& opened, std::uint32_t lane) {
  Ends ends;
  for (int attempt = 0; attempt < 8; ++attempt) {
    ends.position = opened.position(lane);
    ends.head = head_of(opened, lane);  // after the position, so never behind it
    if (ends.possible(opened.header().geometry.ring_capacity)) break;
  }
  return ends;
}

/// What is left in one lane's ring; of a copy, whose position nobody knows, all of it.
void read_ring(const Opened& opened, std::uint32_t lane, SegmentReading& reading) {
  const Ends ends = read_ends(opened, lane);
  if (!ends.possible(opened.header().geometry.ring_capacity)) {
    reading.problems.push_back(
        lane_text(lane) + ": found its next sample " + std::to_string(ends.head) +
        " and the sidecar's position " + std::to_string(*ends.position) +
        "; needed at most a ring between them; its samples are not shown; start the trader again");
    return;
  }
  const RingLook look = look_into_ring(opened, lane, ends.position.value_or(opened.oldest(lane)));
  if (look.impossible) {
    reading.problems.push_back(lane_text(lane) + ": found its next sample " +
                               std::to_string(ends.head) + " and the oldest that is whole " +
                               std::to_string(opened.oldest(lane)) +
                               "; needed the recording as it was made; its samples are not shown");
  }
  std::uint64_t of_no_series = 0;
  std::uint64_t too_many = 0;
  for (const shm::Sample& sample : look.samples) {
    std::optional<SampleReading> read = decode(opened, reading.series, sample);
    if (!read) {
      ++of_no_series;
      continue;
    }
    read->lane = lane;
    SeriesReading& series = reading.series[read->series];
    series.in_ring.add(series.in_ring.layout.index(read->value), 1);
    reading.samples.size() < most_samples ? reading.samples.push_back(*read) : void(++too_many);
  }
  if (of_no_series != 0) {
    reading.problems.push_back(lane_text(lane) + ": found " + std::to_string(of_no_series) +
                               " samples of no histogram of the table; they are not shown");
  }
  if (too_many != 0) {
    reading.problems.push_back(lane_text(lane) + ": its last " + std::to_string(too_many) +
                               " samples are counted but not shown: there are over a million");
  }
}

}  // namespace

void Distribution::add(std::uint32_t bucket, std::uint64_t times) {
  if (times == 0) return;
  buckets[bucket] += times;
  count += times;
}

std::optional<std::uint64_t> Distribution::quantile(double wanted) const {
  if (count == 0 || count < aggregate::samples_needed(wanted)) return std::nullopt;
  const std::uint64_t rank = shm::quantile_rank(wanted, count);
  std::uint64_t seen = 0;
  for (const auto& [bucket, times] : buckets) {
    seen += times;
    if (seen >= rank) return layout.highest(bucket);
  }
  return std::nullopt;
}

std::optional<std::uint64_t> Distribution::maximum() const {
  if (buckets.empty()) return std::nullopt;
  return layout.highest(buckets.rbegin()->first);
}

LawReading read_law(const Opened& opened) {
  LawReading law;
  std::uint64_t taken = 0;
  std::uint64_t waiting = 0;
  bool positions_known = true;
  for (std::uint32_t lane = 0; lane < opened.lanes(); ++lane) {
    const Ends ends = read_ends(opened, lane);
    const shm::LaneHeader& front = *opened.view().lane(lane).header;
    // relaxed, the three: counts for people.
    const std::uint64_t spilled = front.spilled.load(std::memory_order_relaxed);
    law.clipped += front.clipped.load(std::memory_order_relaxed);
    law.anomalies += front.anomalies.load(std::memory_order_relaxed);
    law.spilled += spilled;
    law.recorded += ends.head + spilled;
    positions_known = positions_known && ends.position;
    if (!ends.position) continue;
    if (!ends.possible(opened.header().geometry.ring_capacity)) {
      ++law.impossible_lanes;
      continue;
    }
    taken += *ends.position;
    waiting += ends.head - *ends.position;
  }
  if (positions_known) {
    law.taken = taken;
    law.in_ring = waiting;
  }
  // relaxed: as above.
  law.refused = opened.view().state().refused.load(std::memory_order_relaxed);
  return law;
}

std::vector<SeriesReading> read_series_values(const Opened& opened,
                                              std::vector<std::string>& problems) {
  const std::uint64_t count =
      std::min<std::uint64_t>(opened.view().series_published(), opened.header().geometry.series);
  std::vector<SeriesReading> all;
  for (std::uint32_t number = 0; number < count; ++number) {
    SeriesReading& series = all.emplace_back();
    const auto info = shm::read_series(opened.view().series(), number);
    if (!info || info->slot >= shm::slots_of(opened.header().geometry, info->kind)) {
      // Stays without a name, so that the numbers of those after it hold.
      series.info.kind = shm::SeriesKind::gate;
      problems.push_back("series " + std::to_string(number) +
                         ": found its entry in the table damaged; needed it as it was registered; "
                         "it is not shown; start the trader again");
      continue;
    }
    series.info = *info;
    series.in_ring.layout = series.spilled.layout = shm::BucketLayout{info->significant_figures};
    read_value(opened, series);
  }
  return all;
}

SegmentReading read_segment(const Opened& opened) {
  SegmentReading reading;
  reading.series = read_series_values(opened, reading.problems);
  read_spills(opened, reading.series);
  for (std::uint32_t lane = 0; lane < opened.lanes(); ++lane) read_ring(opened, lane, reading);
  reading.law = read_law(opened);
  return reading;
}

std::optional<SampleReading> decode(const Opened& opened, const std::vector<SeriesReading>& series,
                                    const shm::Sample& sample) {
  SampleReading read;
  read.series = static_cast<std::uint32_t>(sample.packed >> shm::sample_value_bits);
  if (read.series >= series.size()) return std::nullopt;
  const shm::SeriesInfo& info = series[read.series].info;
  if (info.kind != shm::SeriesKind::histogram) return std::nullopt;
  const shm::TickClock& clock = opened.header().clock;
  read.value = sample.packed & ((std::uint64_t{1} << shm::sample_value_bits) - 1);
  read.value = std::min(read.value, shm::highest_trackable_value);
  if (info.unit == shm::SeriesUnit::ticks)
    read.value = std::min(clock.interval_ns(read.value), shm::highest_trackable_value);
  read.stamp_ns = clock.stamp_ns(Ticks::from_raw(sample.stamp));
  return read;
}

}  // namespace outrider::cli
