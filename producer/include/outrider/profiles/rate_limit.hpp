// SPDX-License-Identifier: Apache-2.0
// What a venue allows, kept by the trader: buckets of tokens, and beside them what the server
// says has been used, because ours may not be the only program of the account.
#pragma once

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "outrider/profiles/family.hpp"
#include "outrider/profiles/names.hpp"
#include "outrider/writer.hpp"

namespace outrider::trading {

using Time = std::chrono::steady_clock::time_point;

/// So much at once, and so much again each second. Full at the start.
class TokenBucket {
 public:
  TokenBucket(double capacity, double per_second) noexcept
      : capacity_{capacity}, per_second_{per_second}, left_{capacity} {}

  /// Takes that much, or nothing when less is left. A time before the last one is the last one.
  bool take(double amount, Time now) noexcept {
    refill(now);
    if (amount > left_) return false;
    left_ -= amount;
    return true;
  }
  [[nodiscard]] double left() const noexcept { return left_; }

 private:
  void refill(Time now) noexcept {
    if (now <= filled_) return;
    const std::chrono::duration<double> since = now - filled_;
    left_ = std::min(capacity_, left_ + since.count() * per_second_);
    filled_ = now;
  }

  double capacity_;
  double per_second_;
  double left_;
  Time filled_{};
};

/// The limits of THUNES in the order of its words: weight of an address, orders.
inline std::vector<TokenBucket> thunes_buckets() {
  return {{1200, 20}, {50, 5}};
}

/// A bucket a limit, published at each use. `Which` is the limit's position: a venue's, or
/// that of the system's words.
class RateLimits {
 public:
  RateLimits(Writer& writer, const Names& names, const Lists& lists,
             std::vector<TokenBucket> buckets)
      : RateLimits{writer, names, words_of(names, lists), std::move(buckets)} {}

  /// Whether a request of that weight may go out now. A limit without a bucket allows none.
  template <class Which>
  bool take(Which which, double weight, Time now) noexcept {
    const auto at = std::size_t(which);
    if (at >= buckets_.size()) return false;
    const bool may = buckets_[at].take(weight, now);
    left_(which, which).set(buckets_[at].left());
    if (!may) refused_(which, which).inc();
    return may;
  }
  /// What the server's answer says, such as X-MBX-USED-WEIGHT-1M.
  void reported(double weight) noexcept { reported_().set(weight); }

 private:
  RateLimits(Writer& writer, const Names& names, const Vocabulary& words,
             std::vector<TokenBucket> buckets);

  std::vector<TokenBucket> buckets_;
  Family<Gauge, Dimension::venue, Dimension::limit> left_;
  Family<Counter, Dimension::venue, Dimension::limit> refused_;
  Family<Gauge> reported_;
};

}  // namespace outrider::trading
