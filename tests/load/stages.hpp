// SPDX-License-Identifier: Apache-2.0
// The sidecar's own stages in one thread, by a clock that the caller turns:
// discovery, then a pass, as often and as late as wanted. No server, no socket.
#pragma once

#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "guard.hpp"
#include "planner.hpp"
#include "protection/start.hpp"

namespace outrider::testing {

class Stages {
 public:
  struct Places {
    std::string segments;
    std::string state;
  };
  Stages(const Places& places, const config::Config& config,
         std::shared_ptr<const rules::RuleSet> rules, shm::TickSource ticks = shm::ticks)
      : log_{config.log} {
    std::filesystem::create_directories(places.state);
    started_ = protection::start(protection_,
                                 {places.segments + "/c/latch",
                                  places.segments + "/c/kill",
                                  {places.state + "/latch.journal"}},
                                 config.protection.arm_at_start, now());
    scribe_ = std::make_unique<protection::Scribe>(std::move(started_.journal));
    planner_.emplace(Planner::Parts{places.segments, protection_, queues_, exchange_, facts_, log_},
                     config, std::move(rules));
    guard_.emplace(Guard::Parts{protection_, started_.latch, desk_, *scribe_, queues_, exchange_,
                                facts_, ticks});
  }

  /// One look of discovery, one pass of the guard, and what the other threads take
  /// from them; `later` has gone by since the last.
  void step(nanoseconds later) {
    time_ += later;
    planner_->scan(time_);
    guard_->pass(now());
    scribe_->write_noted();
    GuardEvent event;
    while (queues_.next_event(event)) ++events_;
    alerts::RuleEvent alert;
    while (queues_.alerts.next(alert)) ++events_;
  }

  /// Every series as it is now.
  std::shared_ptr<const Publication> publish() {
    auto asked = std::async(std::launch::async, [this] { return exchange_.ask(patience); });
    while (asked.wait_for(std::chrono::milliseconds{1}) != std::future_status::ready) step({});
    return asked.get();
  }

  [[nodiscard]] Now now() const { return {time_, time_ + wall_at_start}; }
  [[nodiscard]] std::uint64_t events() const { return events_; }

 private:
  static constexpr std::chrono::seconds patience{10};
  static constexpr nanoseconds wall_at_start = std::chrono::hours{24 * 365 * 56};

  nanoseconds time_ = steady_now();
  outputs::Log log_;
  protection::Protection protection_;
  protection::Started started_;
  std::unique_ptr<protection::Scribe> scribe_;
  protection::CommandDesk desk_;
  SharedFacts facts_;
  Exchange exchange_;
  std::optional<Planner> planner_;  // before the queues: plans go first
  GuardQueues queues_;
  std::optional<Guard> guard_;
  std::uint64_t events_ = 0;
};

}  // namespace outrider::testing
