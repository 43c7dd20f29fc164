// SPDX-License-Identifier: Apache-2.0
#include "analytics/runner.hpp"

#include <algorithm>
#include <utility>

#include "config/day.hpp"

namespace outrider::analytics {

using namespace std::chrono_literals;

namespace {

/// A reload is taken up, and an end noticed, after this.
constexpr nanoseconds longest_pause = 50ms;

}  // namespace

Runner::Runner(Parts parts, const config::Config& config) : parts_{std::move(parts)} {
  adopt({config.analytics, config.day});
}

void Runner::adopt(Settings settings) {
  day_ = std::move(settings.day);
  std::vector<std::unique_ptr<Account>> before = std::exchange(accounts_, {});
  probes::Board::All all;
  for (const config::AnalyticsConfig& config : settings.accounts) {
    const auto same = std::find_if(before.begin(), before.end(), [&](const auto& account) {
      return account != nullptr && account->config() == config;
    });
    accounts_.push_back(same == before.end() ? std::make_unique<Account>(config, parts_.say)
                                             : std::move(*same));
    all.push_back(accounts_.back()->series());
  }
  parts_.board.set(std::move(all));
}

void Runner::step() {
  std::optional<Settings> reloaded;
  {
    const std::lock_guard guard{mutex_};
    reloaded = std::exchange(reloaded_, std::nullopt);
  }
  if (reloaded) adopt(std::move(*reloaded));
  feed_ = parts_.feeds.newest();
  const Look* look = feed_ == nullptr ? nullptr : feed_->take();
  if (look == nullptr || accounts_.empty()) return;
  const std::optional<nanoseconds> day = config::day_began(day_, look->wall);
  for (const auto& account : accounts_) {
    const Feed::AccountInputs* inputs = feed_->inputs(account->config());
    if (inputs != nullptr) account->observe(*look, *inputs, day);
  }
}

// Twice as often as there can be something to see, so that no look is seen late.
nanoseconds Runner::pause() const {
  nanoseconds shortest = longest_pause;
  for (const auto& account : accounts_)
    shortest = std::min(shortest, account->config().interval / 2);
  return shortest;
}

void Runner::reload(const config::Config& config) {
  const std::lock_guard guard{mutex_};
  reloaded_ = {config.analytics, config.day};
}

}  // namespace outrider::analytics
