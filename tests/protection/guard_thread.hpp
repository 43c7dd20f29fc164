// SPDX-License-Identifier: Apache-2.0
// A guard thread for tests: passes that take commands, decide and enforce, over
// real files, as the sidecar's own does, without segments.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "protection/commands.hpp"
#include "protection/control.hpp"
#include "protection/enforce.hpp"
#include "protection/files.hpp"
#include "protection/start.hpp"

namespace outrider::protection {

inline Now real_now() {
  return {std::chrono::steady_clock::now().time_since_epoch(),
          std::chrono::system_clock::now().time_since_epoch()};
}

/// Who may do everything.
inline const Caller anna{"anna", Role::armer};

/// One life of a sidecar's protection.
class Life : public Ends {
 public:
  explicit Life(const OwnDirectory& directory, bool arm_at_start = false,
                ControlOptions options = {.patience = std::chrono::seconds(10)}) {
    Started started = start(protection, directory.paths(), arm_at_start, real_now());
    lines = started.lines;
    latch = std::move(started.latch);
    scribe.emplace(std::move(started.journal));
    control = std::make_unique<Control>(protection, desk, *scribe, options);
  }
  ~Life() override {
    stop_guard();
    // relaxed: nothing is handed over with it.
    stop_journal_.store(true, std::memory_order_relaxed);
    if (journal_.joinable()) journal_.join();
  }
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  void run_journal() {
    journal_ = std::thread([this] {
      // relaxed: nothing is handed over with it.
      while (!stop_journal_.load(std::memory_order_relaxed)) {
        scribe->write_noted();
        scribe->wait_for_work(std::chrono::milliseconds(1));
      }
    });
  }
  /// And the journal's, without which nothing is armed.
  void run_guard() {
    run_journal();
    guard_ = std::thread([this] {
      // relaxed: nothing is handed over with it.
      while (!stop_.load(std::memory_order_relaxed)) {
        pass();
        std::this_thread::sleep_for(std::chrono::microseconds(50));
      }
    });
  }
  void stop_guard() {
    // relaxed: see run_guard.
    stop_.store(true, std::memory_order_relaxed);
    if (guard_.joinable()) guard_.join();
  }
  void pass() {
    const std::scoped_lock lock(passing_);
    const Now now = real_now();
    desk.take(protection, now);
    // relaxed: nothing is handed over with it.
    if (loss_fires.load(std::memory_order_relaxed)) {
      protection.observe(loss, AlertSignal::firing, 1);
    }
    protection.tick(now);
    enforce(protection, *this);
    desk.answer(protection);
  }
  GateState state(const char* scope) {
    const std::scoped_lock lock(passing_);  // between two passes of the guard
    return protection.verdict(std::vector{ScopeId{0}, protection.scope(scope)}).state;
  }

  void store_latch(const Change& change) noexcept override { latch.store(change); }
  void store_gates() noexcept override {}
  void note(const Entry& entry) noexcept override { scribe->note(entry); }

  Protection protection;
  BreakerId loss = *protection.breaker({"Loss", 0, BreakerAction::kill, {}, {}});
  std::atomic<bool> loss_fires{false};
  CommandDesk desk;
  LatchFile latch;
  std::optional<Scribe> scribe;
  std::unique_ptr<Control> control;
  std::vector<std::string> lines;

 private:
  std::mutex passing_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> stop_journal_{false};
  std::thread guard_;
  std::thread journal_;
};

}  // namespace outrider::protection
