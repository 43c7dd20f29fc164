// SPDX-License-Identifier: Apache-2.0
// The sidecar: its threads and what runs on each. The guard passes; discovery
// plans; the journal thread writes to disk; another one obeys kill request files; the
// dispatch thread tells people; the flight thread keeps what a trip would lose; two
// servers answer.
#pragma once

#include <signal.h>

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "alerts_in.hpp"
#include "analytics/runner.hpp"
#include "config/flags.hpp"
#include "control_api.hpp"
#include "day_watch.hpp"
#include "flight/recorder.hpp"
#include "guard.hpp"
#include "guardian.hpp"
#include "hdr_log/intervals.hpp"
#include "history_keeper.hpp"
#include "outputs/alerts/dispatcher.hpp"
#include "outputs/health.hpp"
#include "outputs/http_server.hpp"
#include "outputs/log.hpp"
#include "outputs/pages.hpp"
#include "outputs/readers.hpp"
#include "outputs/router.hpp"
#include "planner.hpp"
#include "probes/runner.hpp"
#include "probes/write_back.hpp"
#include "protection/control.hpp"
#include "protection/obey_requests.hpp"
#include "protection/start.hpp"
#include "recovery_runner.hpp"
#include "trader_signals.hpp"
#include "web_api.hpp"

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
  outputs::Access access;    ///< who may kill and arm
  outputs::Readers readers;  ///< who may look, on the port that only shows
};

/// Loads all; every problem as a line.
std::vector<std::string> load_settings(const config::Flags& flags, Settings& settings);

class Sidecar {
 public:
  /// Opens the log and nothing else; throws StartError or what the log throws.
  Sidecar(const config::Flags& flags, Settings settings);
  ~Sidecar();  ///< stops

  /// Waits until no other sidecar has the segment directory; at once where none has. SIGHUP loads
  /// the settings anew, any other of `signals`, which are blocked, ends the wait: false.
  bool stand_by(const sigset_t& signals);

  /// Opens everything that can fail, then runs; throws StartError or ListenError.
  void start();
  /// Drains a last time, closes the gates where that is configured, and joins.
  void stop();

  /// SIGHUP: all or nothing; with a problem, false, the old settings stay.
  bool reload();

  /// Changes with each whole pass and with each look of a standby; 0: none yet.
  [[nodiscard]] std::int64_t last_work() const;

  outputs::Log& log() { return log_; }

 private:
  void run_guard();
  void run_discovery();
  void run_journal();
  void run_kill_requests();
  void run_dispatch();
  void run_probes();
  void run_analytics();
  void run_recovery();
  void run_hdr_log();
  void begin_hdr_log();
  void begin_flight();
  void run_flight();
  void finish_flight();
  [[nodiscard]] flight::ExpressionOf expressions();
  void look_at_health(nanoseconds now);
  void keep_history(nanoseconds now);

  void warm_up();
  void reload_waiting();
  void say_reloaded(const Settings& fresh, const config::Config& started);
  void say_open_pages(config::WebConfig web);
  void open_segment_directory();
  void start_protection();
  void open_line();
  /// What every server of ours shows.
  [[nodiscard]] outputs::Router pages();
  void make_servers();
  void serve_control(outputs::HttpServerOptions options);
  void start_servers();
  void start_servers_if_due(nanoseconds now);
  void make_dispatcher();
  void make_probes();
  [[nodiscard]] std::string state_of(const std::string& scope) const;
  void add_alerts(outputs::Router& router);
  void add_alert_commands(outputs::Router& router);
  void add_recoveries(outputs::Router& router);
  void add_health_history(outputs::Router& router);
  void add_queries(outputs::Router& router);
  [[nodiscard]] std::optional<alerts::Level> look();
  [[nodiscard]] outputs::PageSources page_sources();
  [[nodiscard]] aggregate::Labels external_labels();
  [[nodiscard]] outputs::Families more_families();
  [[nodiscard]] outputs::Status status();
  [[nodiscard]] outputs::Status status_of(const Publication* publication);
  [[nodiscard]] std::shared_ptr<outputs::Stream> live_stream();
  [[nodiscard]] std::vector<std::string> reasons_not_ready() const;
  void write_events();
  void journal_on_stale(const config::ProtectionConfig& policy);
  void look_at_journal();
  void finish_journal();
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
  std::unique_ptr<WebApi> web_api_;
  std::unique_ptr<AlertsIn> alerts_in_;
  std::unique_ptr<RecoveryRunner> recovery_;
  nanoseconds looked_at_health_{};
  mutable std::mutex health_mutex_;  ///< over what follows
  outputs::HealthHistory health_history_;
  std::unique_ptr<HistoryKeeper> history_;
  std::unique_ptr<hdr_log::Intervals> hdr_intervals_;  ///< null where none are wanted
  flight::Departed departed_;
  std::unique_ptr<flight::Recorder> recorder_;  ///< null: nothing is recorded
  std::thread flight_thread_;
  std::promise<void> flight_over_;
  std::unique_ptr<protection::RequestObeyer> kill_requests_;

  SharedFacts facts_;
  Exchange exchange_;
  probes::Board probe_board_;
  std::unique_ptr<probes::Runner> probes_;
  std::unique_ptr<probes::WriteBack> write_back_;
  probes::Board analytics_board_;
  analytics::FeedBox feeds_;
  std::unique_ptr<analytics::Runner> analytics_;
  std::unique_ptr<Planner> planner_;  ///< before the queues: plans go first
  GuardQueues queues_;
  std::unique_ptr<alerts::Dispatcher> dispatcher_;
  std::unique_ptr<Guard> guard_;

  std::mutex reload_mutex_;
  std::unique_ptr<Settings> reloaded_;  ///< for the discovery thread to take up
  std::string config_sha256_;           ///< of the settings in force
  std::string rules_sha256_;
  aggregate::Labels external_labels_;

  std::atomic<std::int64_t> last_pass_ns_{0};  ///< steady; 0: none yet
  std::atomic<std::int64_t> last_look_ns_{0};  ///< steady; of a standby
  std::atomic<bool> planned_{false};
  std::atomic<bool> stop_guard_{false};
  std::atomic<bool> stop_others_{false};
  nanoseconds said_unarmed_{};
  std::uint64_t said_dropped_ = 0;  ///< entries that no journal has
  std::unique_ptr<DayWatch> day_watch_;
  TraderSignals trader_signals_{log_};
  config::EscalationConfig escalation_;  ///< discovery's; as of the last reload
  std::unique_ptr<outputs::HttpServer> web_;
  std::size_t servers_started_ = 0;
  nanoseconds servers_tried_{};
  std::vector<std::unique_ptr<outputs::HttpServer>> control_servers_;  ///< Unix first, then TCP
  std::vector<std::thread> threads_;
  std::thread guard_thread_;
};

}  // namespace outrider
