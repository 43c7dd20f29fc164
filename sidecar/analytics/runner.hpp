// SPDX-License-Identifier: Apache-2.0
// All accounts, on one thread: takes up what the guard has seen, and what of the
// configuration has changed.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "analytics/account.hpp"
#include "config/config.hpp"
#include "probes/board.hpp"

namespace outrider::analytics {

class Runner {
 public:
  struct Parts {
    probes::Board& board;
    FeedBox& feeds;
    Account::Say say;
  };
  Runner(Parts parts, const config::Config& config);

  // analytics thread
  void step();
  /// Until the next step is worth it, at most.
  [[nodiscard]] nanoseconds pause() const;

  // any thread
  /// Accounts whose settings are what they were go on as they are.
  void reload(const config::Config& config);

 private:
  struct Settings {
    std::vector<config::AnalyticsConfig> accounts;
    config::DayConfig day;
  };
  void adopt(Settings settings);

  Parts parts_;
  config::DayConfig day_;
  std::vector<std::unique_ptr<Account>> accounts_;
  std::shared_ptr<Feed> feed_;

  std::mutex mutex_;  ///< over what follows
  std::optional<Settings> reloaded_;
};

}  // namespace outrider::analytics
