// SPDX-License-Identifier: Apache-2.0
// What the guard sees of the accounts' inputs, for the thread that computes. One feed
// a plan: it knows which values the selectors have found.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "aggregate/outside.hpp"
#include "aggregate/schema.hpp"
#include "config/analytics.hpp"

namespace outrider::analytics {

using std::chrono::nanoseconds;

/// Series of one selector that are looked at; beyond it none of them is.
inline constexpr std::size_t most_series = 64;

/// The values at the end of one pass.
struct Look {
  nanoseconds steady{};
  nanoseconds wall{};
  std::vector<double> values{};  ///< by column; aggregate::no_value() where there is none
};

class Feed {
 public:
  /// What one selector has found.
  struct Found {
    std::size_t count = 0;                    ///< of all, even if none is looked at
    std::size_t first = 0;                    ///< column
    std::vector<aggregate::Labels> labels{};  ///< by column from there
  };
  using AccountInputs = std::array<Found, config::analytics_inputs.size()>;

  /// `found`: the series of each input of each account, in their order; none for an
  /// input that is not configured.
  Feed(const std::vector<config::AnalyticsConfig>& accounts,
       std::span<const std::vector<aggregate::Series>> found);

  [[nodiscard]] bool is_empty() const noexcept { return accounts_.empty(); }
  /// How often it is worth being filled.
  [[nodiscard]] nanoseconds period() const noexcept { return period_; }

  /// Guard.
  void fill(const aggregate::ValueSource& source, nanoseconds steady, nanoseconds wall) noexcept;

  /// Analytics thread: the newest look, whole; null when there is none since the last.
  const Look* take() noexcept { return looks_.take() ? &looks_.front() : nullptr; }
  /// Null when the account is not one that this feed was made for.
  [[nodiscard]] const AccountInputs* inputs(const config::AnalyticsConfig& account) const;

 private:
  std::vector<config::AnalyticsConfig> accounts_;
  std::vector<AccountInputs> inputs_;    ///< by account
  std::vector<aggregate::ValueId> ids_;  ///< by column
  nanoseconds period_ = nanoseconds::max();
  aggregate::TripleBuffer<Look> looks_;
};

/// From the thread that makes plans to the one that computes.
class FeedBox {
 public:
  void put(std::shared_ptr<Feed> feed) {
    const std::lock_guard guard{mutex_};
    feed_ = std::move(feed);
  }
  [[nodiscard]] std::shared_ptr<Feed> newest() {
    const std::lock_guard guard{mutex_};
    return feed_;
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<Feed> feed_;
};

}  // namespace outrider::analytics
