// SPDX-License-Identifier: Apache-2.0
#include "aggregate/histogram.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace outrider::aggregate {

Histogram::Words Histogram::zeroes(std::size_t count) {
  auto* words = static_cast<std::uint64_t*>(std::calloc(count, sizeof(std::uint64_t)));
  if (words == nullptr) throw std::bad_alloc{};
  return Words{words};
}

Histogram::Histogram(const drain::Row& row, nanoseconds now)
    : row_{row},
      counts_{zeroes(row.layout.count())},
      cuts_(row.bounds.size(), 0),
      lowest_{row.layout.count()} {
  begin_windows(now);
}

Histogram::Histogram(const drain::Row& row, const drain::HistogramCells& cells, nanoseconds now)
    : row_{row},
      counts_{zeroes(row.layout.count())},
      cuts_(cells.cuts.begin(), cells.cuts.end()),
      count_{*cells.count},
      sum_{*cells.sum_low + (static_cast<shm::Uint128>(*cells.sum_high) << 32)},
      lowest_{row.layout.count()} {
  for (std::uint32_t bucket = 0; bucket < row.layout.count(); ++bucket) {
    if (cells.buckets[bucket] == 0) continue;
    counts_[bucket] = cells.buckets[bucket];
    lowest_ = std::min(lowest_, bucket);
    highest_ = bucket;
  }
  begin_windows(now);
}

void Histogram::begin_windows(nanoseconds now) {
  for (std::size_t i = 0; i < windows.size(); ++i) {
    windows_[i].slots.resize(windows[i].slots());
    windows_[i].begin = now;
    for (Slot& slot : windows_[i].slots) slot.counts = zeroes(row_.layout.count());
    // All slots begin with what there was before this sidecar looked: the
    // windows hold what it has seen itself.
    for (std::size_t slot = 0; slot < windows[i].slots(); ++slot) open_slot(windows_[i]);
  }
}

void Histogram::open_slot(Window& window) noexcept {
  window.current = (window.current + 1) % window.slots.size();
  Slot& slot = window.slots[window.current];
  if (lowest_ <= highest_) {
    std::memcpy(&slot.counts[lowest_], &counts_[lowest_],
                (highest_ - lowest_ + 1) * sizeof(std::uint64_t));
  }
  slot.count = count_;
  slot.sum = sum_;
  slot.maximum = {};
  slot.censored = false;
}

void Histogram::rotate(nanoseconds now) noexcept {
  for (std::size_t i = 0; i < windows.size(); ++i) {
    Window& window = windows_[i];
    if (now - window.begin < windows[i].slot) continue;
    // After a long pause more slots than there are would all be the same.
    const auto passed = static_cast<std::size_t>((now - window.begin) / windows[i].slot);
    for (std::size_t slot = 0; slot < std::min(passed, window.slots.size()); ++slot)
      open_slot(window);
    window.begin += passed * windows[i].slot;
    ++version_;
  }
}

void Histogram::add(const drain::Observation& seen) noexcept {
  ++counts_[seen.bucket];
  ++count_;
  ++version_;
  sum_ += seen.value;
  lowest_ = std::min(lowest_, seen.bucket);
  highest_ = std::max(highest_, seen.bucket);
  if (row_.cut_of[seen.bucket] != 0) [[unlikely]] {
    for (std::size_t i = row_.cut_of[seen.bucket] - 1U;
         i < cuts_.size() && row_.layout.index(row_.bounds[i]) == seen.bucket; ++i) {
      if (seen.value <= row_.bounds[i]) ++cuts_[i];
    }
  }
  for (Window& window : windows_) {
    Maximum& maximum = window.slots[window.current].maximum;
    if (seen.value >= maximum.value) maximum = {seen.value, seen.stamp, seen.lane};
  }
}

void Histogram::add_spilled(std::uint32_t bucket, std::uint64_t count) noexcept {
  counts_[bucket] += count;
  count_ += count;
  ++version_;
  lowest_ = std::min(lowest_, bucket);
  highest_ = std::max(highest_, bucket);
  for (Window& window : windows_) {
    Slot& slot = window.slots[window.current];
    slot.censored = true;
    const std::uint64_t largest = row_.layout.highest(bucket);
    if (largest > slot.maximum.value) slot.maximum = {largest, 0, 0};
  }
}

std::uint64_t Histogram::count_up_to(std::size_t bound) const noexcept {
  const std::uint64_t value = row_.bounds[bound];
  const std::uint32_t bucket = row_.layout.index(value);
  std::uint64_t count = 0;
  for (std::uint32_t i = lowest_; i < bucket && i <= highest_; ++i) count += counts_[i];
  return count + cuts_[bound];
}

const WindowSummary& Histogram::summary(std::size_t window) const noexcept {
  if (windows_[window].computed_at != version_) compute(windows_[window]);
  return windows_[window].summary;
}

void Histogram::compute(const Window& window) const noexcept {
  // The oldest slot of the ring is the one after the current one.
  const Slot& base = window.slots[(window.current + 1) % window.slots.size()];
  WindowSummary& summary = window.summary;
  summary = {};
  summary.count = count_ - base.count;
  summary.sum = static_cast<double>(sum_ - base.sum);
  for (const Slot& slot : window.slots) {
    if (slot.maximum.value > summary.maximum.value) summary.maximum = slot.maximum;
    summary.censored = summary.censored || slot.censored;
  }
  std::size_t next = 0;
  std::uint64_t seen = 0;
  for (std::uint32_t bucket = lowest_; bucket <= highest_ && next < quantiles.size(); ++bucket) {
    seen += counts_[bucket] - base.counts[bucket];
    while (next < quantiles.size() && seen >= shm::quantile_rank(quantiles[next], summary.count)) {
      summary.values[next++] = std::min(
          row_.layout.highest(bucket), std::max(summary.maximum.value, row_.layout.lowest(bucket)));
    }
  }
  window.computed_at = version_;
}

}  // namespace outrider::aggregate
