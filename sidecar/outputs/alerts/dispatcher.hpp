// SPDX-License-Identifier: Apache-2.0
// The dispatch thread's work: events and the whole into the book, the book to
// the log, the disk and the receivers. One thread steps; any thread may ask for
// a report, reconfigure, or requeue. The guard is never waited for nor waits.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>

#include "outputs/alerts/compose.hpp"
#include "outputs/alerts/hooks.hpp"
#include "outputs/alerts/receiver.hpp"
#include "outputs/alerts/report.hpp"
#include "outputs/alerts/schedule.hpp"
#include "outputs/alerts/sender.hpp"
#include "outputs/alerts/store.hpp"
#include "outputs/log.hpp"

namespace outrider::alerts {

class Dispatcher {
 public:
  struct Parts {
    Intake& intake;
    outputs::Log& log;
    std::string state_directory;
    /// Everything at one instant; nothing when the guard does not answer.
    std::function<std::optional<Level>()> look;
    std::function<Time()> clock;
  };
  Dispatcher(Parts parts, const config::Config& config);

  // dispatch thread
  /// Takes in what came, sends what is due, and waits for answers or `patience`.
  void step(std::chrono::milliseconds patience);
  /// The last words: sends what is due for as long as that, and writes the book.
  void finish(std::chrono::milliseconds patience);

  // any thread; none of these waits for the disk, which the dispatch thread may do
  /// From the next step on.
  void reconfigure(const config::Config& config);
  /// The one before when the dispatch thread does not come back.
  [[nodiscard]] Report report() const;
  /// What was put aside is due again; how much that is. Nothing: no answer in time.
  std::optional<std::size_t> requeue();

 private:
  void read_store(const Time& now);
  void take_wishes();
  void take_up(const config::Config& config);
  std::size_t requeue_now();
  [[nodiscard]] Report make_report() const;
  void take_events(const Time& now);
  void take(const RuleEvent& event);
  void take(const LatchEvent& event, const Time& now);
  void fire(const Alert& alert);
  void end(const std::string& identity, nanoseconds wall, const std::string& outcome = {});
  [[nodiscard]] bool wants_to_look(const Time& now);
  void apply(const Level& level, const Time& now);
  void apply_rules(const Level& level, const Time& now);
  void apply_latches(const Level& level, const Time& now);
  [[nodiscard]] bool wants_to_summarize(const Time& now);
  void summarize(const Level& level, const Time& now);
  void write_log(const Time& now);
  void log_message(const Message& message);
  void log_event(const Alert& alert);
  void say_state(const Observed& observed);
  void begin_sends(const Time& now);
  void begin_send(Receiver& receiver, std::vector<Message> due, bool is_kill);
  [[nodiscard]] bool is_busy(const Receiver& receiver, bool is_kill) const;
  void settle(const Outcome& outcome, const Time& now);
  void put_aside(Receiver& receiver, const Message& message, long status);
  void persist(const Time& now, bool at_once);
  void tidy(const Time& now);
  [[nodiscard]] std::vector<Recipient> recipients() const;

  Parts parts_;
  mutable std::mutex exchange_;  ///< over these; never held while anything is written
  mutable Report last_report_;
  std::optional<config::Config> fresh_;
  bool wants_requeue_ = false;
  std::optional<std::size_t> requeued_;

  mutable std::mutex mutex_;  ///< over everything below but the sender, also while it is stored
  Composer composer_;
  Book book_;
  Store store_;
  bool can_store_ = false;
  std::size_t poisoned_ = 0;
  std::vector<Receiver> receivers_;
  RateLimit everybody_;
  nanoseconds resend_{};
  Latencies latencies_;
  Schedule schedule_;
  nanoseconds summaries_from_{};   ///< steady: when series have been found, after a start or reload
  nanoseconds summaries_tried_{};  ///< steady
  std::map<std::string, Alert> pending_;
  std::deque<Alert> ended_;  ///< the newest first
  std::shared_ptr<const rules::RuleSet> rules_;

  Time started_{};
  nanoseconds looked_{};    ///< steady: when the whole was last asked for
  nanoseconds level_at_{};  ///< steady: the pass that it is of
  bool look_soon_ = true;
  nanoseconds considered_{};  ///< steady: when receivers were last looked at
  std::uint64_t considered_revision_ = 0;
  nanoseconds written_{};
  std::uint64_t written_revision_ = 0;
  nanoseconds tidied_{};
  std::minstd_rand random_{std::random_device{}()};

  Sender sender_;
  Hooks hooks_;
};

}  // namespace outrider::alerts
