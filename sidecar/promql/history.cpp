// SPDX-License-Identifier: Apache-2.0
#include "promql/history.hpp"

#include <algorithm>

#include "promql/matcher.hpp"

namespace outrider::promql {

namespace {

/// Plans made without a ring before it goes.
constexpr std::size_t sweeps_kept = 16;

std::size_t bytes_of(std::size_t samples) {
  return samples * sizeof(Sample);
}

}  // namespace

HistoryShape HistoryShape::of(std::chrono::nanoseconds range, std::chrono::nanoseconds interval,
                              std::size_t most) {
  // Both ends of the window, and the newest sample that may yet be replaced.
  constexpr std::size_t spare = 3;
  most = std::max(most, spare + 2);
  const std::chrono::nanoseconds finest = range / static_cast<std::int64_t>(most - spare);
  // Three quarters: evaluations come on a grid, but not to the nanosecond.
  const std::chrono::nanoseconds kept = std::max(interval * 3 / 4, finest);
  const std::chrono::nanoseconds stride = std::max(kept, std::chrono::nanoseconds{1});
  return {range, stride, std::min(static_cast<std::size_t>(range / stride) + spare, most)};
}

void History::push(std::chrono::nanoseconds now, double value) noexcept {
  if (size_ > 0 && (*this)[size_ - 1].time >= now) return;
  forget_before(now);
  const bool replace =
      size_ >= 2 && (*this)[size_ - 1].time - (*this)[size_ - 2].time < shape_.stride;
  if (!replace) {
    if (size_ == ring_.size()) drop_oldest();
    ++size_;
  }
  ring_[slot(size_ - 1)] = {now, value};
}

void History::forget_before(std::chrono::nanoseconds now) noexcept {
  while (size_ > 0 && (*this)[0].time < now - shape_.range) drop_oldest();
}

std::size_t History::count_before(std::chrono::nanoseconds time) const noexcept {
  // Mostly all of them are wanted.
  if (size_ == 0 || (*this)[0].time >= time) return 0;
  if ((*this)[size_ - 1].time < time) return size_;
  std::size_t low = 0;
  std::size_t high = size_ - 1;
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    ((*this)[middle].time < time ? low : high) = middle;
  }
  return high;
}

void History::drop_oldest() noexcept {
  first_ = slot(1);
  --size_;
}

std::shared_ptr<History> HistoryRegistry::find_or_create(const std::string& scope,
                                                         const Labels& labels,
                                                         std::chrono::nanoseconds range,
                                                         std::chrono::nanoseconds interval) {
  Key key{scope, labels, range, interval};
  if (const auto found = rings_.find(key); found != rings_.end()) {
    found->second.sweeps_unused = 0;
    return found->second.history;
  }
  const HistoryShape shape = HistoryShape::of(range, interval, limits_.samples_per_series);
  const std::size_t bytes = bytes_of(shape.capacity);
  const std::string owner{owner_label_.empty() ? "" : label_value(labels, owner_label_)};
  std::size_t& owned = bytes_of_owner_[owner];
  const std::size_t most = owner.empty() ? limits_.bytes : limits_.bytes_each;
  if (bytes_ + bytes > limits_.bytes || owned + bytes > most) {
    ++refused_;
    return nullptr;
  }
  bytes_ += bytes;
  owned += bytes;
  auto history = std::make_shared<History>(shape);
  rings_.emplace(std::move(key), Entry{history, owner});
  return history;
}

void HistoryRegistry::sweep() {
  for (auto ring = rings_.begin(); ring != rings_.end();) {
    Entry& entry = ring->second;
    // Plans are made and destroyed on this thread, so the count is exact.
    const bool unused = entry.history.use_count() == 1;
    entry.sweeps_unused = unused ? entry.sweeps_unused + 1 : 0;
    if (entry.sweeps_unused <= sweeps_kept) {
      ++ring;
      continue;
    }
    bytes_ -= bytes_of(entry.history->capacity());
    bytes_of_owner_[entry.owner] -= bytes_of(entry.history->capacity());
    ring = rings_.erase(ring);
  }
}

}  // namespace outrider::promql
