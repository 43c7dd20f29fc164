// SPDX-License-Identifier: Apache-2.0
// What the stepped trader records, call by call: a pure function of the seed, so
// that the judge knows it without asking. And the sums of it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "crash/ledger.hpp"
#include "outrider/shm/hdr.hpp"

namespace outrider::crash {

inline constexpr std::array<const char*, 2> counter_names{"orders_total", "fills_total"};
inline constexpr const char* histogram_name = "sizes";
/// Registered bounds: the second cuts a bucket of several values.
inline constexpr std::array<std::uint64_t, 2> histogram_bounds{100, 1'001};

/// One call of the script.
struct Call {
  bool is_sample = false;
  std::uint32_t counter = 0;  ///< which, when it counts
  std::uint64_t n = 0;        ///< how much is added, or the value recorded
};
Call call_at(std::uint64_t seed, std::uint64_t number);

/// What a number of calls come to.
struct Tally {
  std::array<std::uint64_t, 2> counters{};
  std::uint64_t sum = 0;
  std::array<std::uint64_t, 2> cuts{};
  std::vector<std::uint64_t> buckets = std::vector<std::uint64_t>(shm::BucketLayout{2}.count(), 0);

  void add(const Call& call);
  [[nodiscard]] std::uint64_t samples() const;
};

/// The tally of all calls that returned, moved on as they do.
class Account {
 public:
  explicit Account(std::uint64_t seed) : seed_{seed} {}

  void move_to(std::uint64_t completed);

  /// Empty when `found` is the tally of the completed calls, or of these and, in
  /// part or whole, of the one that was interrupted.
  [[nodiscard]] std::string judge(const Tally& found) const;

  /// After a kill that is meant: the interrupted call counted, or never will.
  void settle(const Tally& found);
  [[nodiscard]] std::uint64_t calls() const noexcept { return completed_; }

 private:
  std::uint64_t seed_;
  std::uint64_t completed_ = 0;
  Tally sure_;
};

}  // namespace outrider::crash
