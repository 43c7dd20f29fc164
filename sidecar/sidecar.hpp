// SPDX-License-Identifier: Apache-2.0
// The sidecar: its threads and what runs on each. The guard passes; discovery
// plans; the journal thread writes to disk; the dispatch thread tells people; two
// servers answer.
#pragma once

#include <signal.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "alerts_in.hpp"
#include "config/flags.hpp"
#include "control_api.hpp"
#include "day_watch.hpp"
#include "guard.hpp"
#include "guardian.hpp"
#include "outputs/alerts/dispatcher.hpp"
#include "outputs/http_server.hpp"
#include "outputs/log.hpp"
#include "outputs/pages.hpp"
#include "outputs/router.hpp"
#include "planner.hpp"
#include "protection/control.hpp"
#include "protection/start.hpp"
#include "trader_signals.hpp"

namespace outrider {

/// What keeps the sidecar from starting, for an operator to read.
class StartError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A configuration with the rules and the secrets that it names, whole.
struct Settings {
  config::Config config;
  std::shared_ptr<const rules::RuleSet> rules;
  outputs::Access access;  ///< who may kill and arm
};

/// Loads all; every problem as a line.
std::vector<std::string> load_settings(const config::Flags& flags, Settings& settings);

class Sidecar {
 public:
  /// Opens the log and nothing else; throws StartError or what the log throws.
  Sidecar(const config::Flags& flags, Settings settings);
  ~Sidecar();  ///< stops

  /// Waits until no other sidecar has the segment directory. SIGHUP loads the
  /// settings anew, any other of `signals`, which are blocked, ends the wait: false.
  bool stand_by(const sigset_t& signals);

  /// Opens everything that can fail, then runs; throws StartError or ListenError.
  void start();
  /// Drains a last time, closes the gates where that is configured, and joins.
  void stop();

  /// SIGHUP: all or nothing; with a problem the old settings stay.
  void reload();

  outputs::Log& log() { return log_; }

 private:
  void run_guard();
  void run_discovery();
  void run_journal();
  void run_dispatch();

  void warm_up();
  void reload_waiting();
  void open_segment_directory();
  void start_protection();
  void open_line();
  void make_servers();
  void serve_control(outputs::HttpServerOptions options);
  void start_servers();
  void start_servers_if_due(nanoseconds now);
  void make_dispatcher();
  void add_alerts(outputs::Router& router);
  void add_alert_commands(outputs::Router& router);
  [[nodiscard]] std::optional<alerts::Level> look();
  [[nodiscard]] outputs::PageSources page_sources();
  [[nodiscard]] outputs::Status status();
  [[nodiscard]] std::vector<std::string> reasons_not_ready() const;
  void write_events();
  void journal_on_stale(const config::ProtectionConfig& policy);
  void say_unarmed(nanoseconds now);

  config::Flags flags_;
  Settings settings_;  ///< as of the start; a reload changes `reloaded_`
  outputs::Log log_;
  std::string directory_;
  std::string state_directory_;
  shm::Descriptor lock_;
  Guardian guardian_;
  bool took_over_ = false;  ///< from another sidecar, as its standby

  protection::Protection protection_;
  protection::Started started_;
  std::unique_ptr<protection::Scribe> scribe_;
  protection::CommandDesk desk_;
  std::unique_ptr<protection::Control> control_;
  std::unique_ptr<ControlApi> control_api_;
  std::unique_ptr<AlertsIn> alerts_in_;
  std::unique_ptr<protection::KillRequestWatch> kill_requests_;

  SharedFacts facts_;
  Exchange exchange_;
  std::unique_ptr<Planner> planner_;  ///< before the queues: plans go first
  GuardQueues queues_;
  std::unique_ptr<alerts::Dispatcher> dispatcher_;
  std::unique_ptr<Guard> guard_;

  std::mutex reload_mutex_;
  std::unique_ptr<Settings> reloaded_;  ///< for the discovery thread to take up

  std::atomic<std::int64_t> last_pass_ns_{0};  ///< steady; 0: none yet
  std::atomic<bool> planned_{false};
  std::atomic<bool> stop_guard_{false};
  std::atomic<bool> stop_others_{false};
  nanoseconds said_unarmed_{};
  std::unique_ptr<DayWatch> day_watch_;
  TraderSignals trader_signals_{log_};
  std::unique_ptr<outputs::HttpServer> web_;
  std::size_t servers_started_ = 0;
  nanoseconds servers_tried_{};
  std::vector<std::unique_ptr<outputs::HttpServer>> control_servers_;  ///< Unix first, then TCP
  std::vector<std::thread> threads_;
  std::thread guard_thread_;
};

}  // namespace outrider
