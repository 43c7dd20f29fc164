// SPDX-License-Identifier: Apache-2.0
#include "crash/script.hpp"

#include <numeric>

namespace outrider::crash {
namespace {

std::string differs(const std::string& what, std::uint64_t found, std::uint64_t needed) {
  return what + ": found " + std::to_string(found) + ", the ledger says " + std::to_string(needed);
}

/// Where two lists of buckets differ first.
std::string first_difference(const Tally& found, const Tally& needed) {
  for (std::size_t i = 0; i < needed.buckets.size(); ++i) {
    if (found.buckets[i] != needed.buckets[i])
      return differs("bucket " + std::to_string(i), found.buckets[i], needed.buckets[i]);
  }
  return {};
}

}  // namespace

Call call_at(std::uint64_t seed, std::uint64_t number) {
  const std::uint64_t die = mix(seed, number);
  if (die % 4 == 0) return {false, static_cast<std::uint32_t>(die >> 8 & 1), 1 + (die >> 16) % 3};
  // Values around the bounds, small ones, and once in a while one past the range.
  const std::uint64_t pick = (die >> 8) % 16;
  if (pick < 4) return {true, 0, histogram_bounds[pick & 1] - 1 + (die >> 16) % 3};
  if (pick == 4) return {true, 0, shm::highest_trackable_value + 1};
  return {true, 0, (die >> 16) % 2'000};
}

void Tally::add(const Call& call) {
  if (!call.is_sample) {
    counters[call.counter] += call.n;
    return;
  }
  const shm::BucketLayout layout{2};
  const std::uint64_t value = std::min(call.n, shm::highest_trackable_value);
  const std::uint32_t bucket = layout.index(value);
  ++buckets[bucket];
  sum += value;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    if (layout.index(histogram_bounds[i]) == bucket && value <= histogram_bounds[i]) ++cuts[i];
  }
}

std::uint64_t Tally::samples() const {
  return std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
}

void Account::move_to(std::uint64_t completed) {
  for (; completed_ < completed; ++completed_) sure_.add(call_at(seed_, completed_));
}

std::string Account::judge(const Tally& found) const {
  Tally with_next = sure_;
  with_next.add(call_at(seed_, completed_));
  for (std::size_t i = 0; i < found.counters.size(); ++i) {
    if (found.counters[i] != sure_.counters[i] && found.counters[i] != with_next.counters[i])
      return differs(counter_names[i], found.counters[i], sure_.counters[i]);
  }
  const bool whole = found.buckets == sure_.buckets;
  if (!whole && found.buckets != with_next.buckets) return first_difference(found, sure_);
  // The sum and the cut cells may lag behind the bucket by the call in flight,
  // which is said to be killed in between; they are never ahead of it.
  const Tally& most = whole ? sure_ : with_next;
  for (std::size_t i = 0; i < found.cuts.size(); ++i) {
    if (found.cuts[i] != sure_.cuts[i] && found.cuts[i] != most.cuts[i])
      return differs("cut cell " + std::to_string(i), found.cuts[i], sure_.cuts[i]);
  }
  // Low and high half are two words: a value past 2^32 may be seen half added.
  const std::uint64_t added = most.sum - sure_.sum;
  const std::uint64_t more = found.sum - sure_.sum;
  if (more != 0 && more != added && more != (added & 0xffff'ffff))
    return differs("sum", found.sum, sure_.sum);
  return {};
}

void Account::settle(const Tally& found) {
  sure_ = found;
  ++completed_;
}

}  // namespace outrider::crash
