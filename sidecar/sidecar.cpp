// SPDX-License-Identifier: Apache-2.0
#include "sidecar.hpp"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <system_error>

#include "clocks.hpp"
#include "config/paths.hpp"
#include "config/start_only.hpp"
#include "directory_lock.hpp"
#include "outputs/alerts/compose.hpp"
#include "outputs/process_metrics.hpp"
#include "rules/rule_file.hpp"
#include "rules/summary_fields.hpp"
#include "this_thread.hpp"

namespace outrider {

using namespace std::chrono_literals;

namespace {

constexpr auto scan_period = 20ms;
constexpr nanoseconds unarmed_reminder = 60s;

void sleep_for(nanoseconds duration) {
  const timespec pause{duration / 1s, (duration % 1s).count()};
  ::clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, nullptr);
}

std::thread begin_thread(std::function<void()> body) {
  try {
    return std::thread{std::move(body)};
  } catch (const std::system_error& error) {
    throw StartError{"found no room for another thread (" + error.code().message() +
                     "); needed nine and one a server; raise ulimit -u, or TasksMax of the unit"};
  }
}

std::vector<std::string> alert_names(const rules::RuleSet& rules) {
  std::vector<std::string> names;
  for (const auto& group : rules.groups) {
    for (const auto& rule : group.rules) names.push_back(rule.name);
  }
  return names;
}

}  // namespace

std::vector<std::string> load_settings(const config::Flags& flags, Settings& settings) {
  std::vector<std::string> lines;
  config::Loaded loaded = config::load(flags);
  for (const auto& problem : loaded.problems) lines.push_back(to_text(problem));
  settings.config = std::move(loaded.config);
  auto rules = rules::load_rule_files(
      settings.config.rules.files,
      {settings.config.rules.default_interval, alerts::template_facts(settings.config)});
  for (const auto& problem : rules.problems) lines.push_back(problem.text());
  // With a broken rule file every name would be missing: one round would say nothing.
  if (rules.ok()) {
    for (const auto& problem :
         config::check_alert_names(settings.config, alert_names(rules.rules))) {
      lines.push_back(to_text(problem));
    }
  }
  auto of_fields =
      rules::check_summary_fields(settings.config.alerting.summaries, settings.config.file);
  if (rules.ok() && lines.empty() && of_fields.empty())
    of_fields = rules::add_summary_fields(rules.rules, settings.config.alerting.summaries,
                                          settings.config.file);
  for (const auto& problem : of_fields) lines.push_back(problem.text());
  settings.rules = std::make_shared<const rules::RuleSet>(std::move(rules.rules));
  settings.access = outputs::Access::load(settings.config.control, lines);
  settings.readers = outputs::Readers::load(settings.config.web, lines);
  return lines;
}

Sidecar::Sidecar(const config::Flags& flags, Settings settings)
    : flags_{flags},
      settings_{std::move(settings)},
      log_{settings_.config.log},
      config_sha256_{settings_.config.sha256},
      rules_sha256_{settings_.rules->sha256},
      external_labels_{settings_.config.external_labels} {
  const auto environment = config::process_environment();
  directory_ = config::segment_directory(settings_.config, environment);
  const auto state = config::state_directory(settings_.config, environment);
  if (!state)
    throw StartError{
        "found no state directory: neither $STATE_DIRECTORY, a writable /var/lib/outrider, "
        "$XDG_STATE_HOME nor $HOME; needed one; give --storage.path"};
  state_directory_ = *state;
}

Sidecar::~Sidecar() {
  stop();
}

// ------------------------------------------------------------------- start

void Sidecar::open_segment_directory() {
  if (const auto error = shm::check_directory(directory_)) throw StartError{error.message};
  if (!lock_) {
    DirectoryLock lock = take_directory(directory_);
    if (!lock.file) throw StartError{lock.refusal};
    lock_ = std::move(lock.file);
  }
  shm::FileError error;
  guardian_ = Guardian::make(directory_, error);
  if (!guardian_) throw StartError{error.message};
  if (const std::string said = config::disk_warning(directory_); !said.empty()) log_.warn(said);
}

void Sidecar::start_protection() {
  std::error_code error;
  std::filesystem::create_directories(state_directory_, error);
  const Now now = read_clocks();
  const config::StorageConfig& storage = settings_.config.storage;
  protection::JournalPlace journal{state_directory_ + "/latch.journal"};
  if (!storage.journal_copy.empty()) {
    std::filesystem::create_directories(storage.journal_copy, error);
    journal.copy = storage.journal_copy + "/latch.journal.copy";
  }
  journal.max_bytes = storage.max_journal_bytes;
  journal.archives = storage.journal_archives;
  started_ =
      protection::start(protection_, {directory_ + "/c/latch", directory_ + "/c/kill", journal},
                        settings_.config.protection.arm_at_start, now);
  if (!started_.latch) throw StartError{started_.error.message};
  for (const std::string& line : started_.lines) log_.warn(line);
  said_unarmed_ = now.steady;
  day_watch_ = std::make_unique<DayWatch>(protection_, journal.path, now.wall);
  scribe_ = std::make_unique<protection::Scribe>(std::move(started_.journal));
  control_ = std::make_unique<protection::Control>(
      protection_, desk_, *scribe_,
      protection::ControlOptions{.needs_second_person = settings_.config.protection.second_person});
  control_api_ = std::make_unique<ControlApi>(*control_, settings_.access);
  web_api_ = std::make_unique<WebApi>(log_, facts_, settings_.readers);
  alerts_in_ = std::make_unique<AlertsIn>(AlertsIn::Parts{*control_, log_, facts_},
                                          settings_.config.protection.cluster_alerts);
  facts_.kill_requests_readable = started_.sees_kill_requests;
  control_->see_kill_requests(started_.sees_kill_requests);
  recovery_ = std::make_unique<RecoveryRunner>(
      RecoveryRunner::Parts{*control_, exchange_, log_, facts_}, settings_.config.recovery);
  kill_requests_ = std::make_unique<protection::RequestObeyer>(
      protection::RequestObeyer::Parts{protection_, desk_, *scribe_}, directory_ + "/c/kill");
}

/// What the first pass needs.
void Sidecar::open_line() {
  open_segment_directory();
  start_protection();
  const config::HistoryConfig& history = settings_.config.history;
  history_ = std::make_unique<HistoryKeeper>(
      history::Limits{history.interval, history.retention, history.max_bytes});
  make_probes();
  analytics_ = std::make_unique<analytics::Runner>(
      analytics::Runner::Parts{analytics_board_, feeds_,
                               [this](const std::string& line) { log_.warn(line); }},
      settings_.config);
  const bool records = settings_.config.flight_recorder.recordings > 0;
  if (records) queues_.trips.listen();
  planner_ = std::make_unique<Planner>(Planner::Parts{directory_,
                                                      protection_,
                                                      queues_,
                                                      exchange_,
                                                      facts_,
                                                      log_,
                                                      {&probe_board_, &analytics_board_},
                                                      &feeds_,
                                                      records ? &departed_ : nullptr},
                                       settings_.config, settings_.rules);
  guard_ = std::make_unique<Guard>(
      Guard::Parts{protection_, started_.latch, desk_, *scribe_, queues_, exchange_, facts_});
  planner_->scan(read_clocks().steady);
}

// A standby's gates come first: an address that is not free yet can wait.
void Sidecar::start() {
  open_line();
  if (!took_over_) {
    make_dispatcher();
    make_servers();
    start_servers();
  }
  guard_thread_ = begin_thread([this] { run_guard(); });
  if (took_over_) {
    make_dispatcher();
    make_servers();
  }
  begin_hdr_log();  // before discovery, so that whoever comes is in it whole
  threads_.push_back(begin_thread([this] { run_discovery(); }));
  threads_.push_back(begin_thread([this] { run_journal(); }));
  threads_.push_back(begin_thread([this] { run_kill_requests(); }));
  threads_.push_back(begin_thread([this] { run_dispatch(); }));
  threads_.push_back(begin_thread([this] { run_probes(); }));
  threads_.push_back(begin_thread([this] { run_analytics(); }));
  threads_.push_back(begin_thread([this] { run_recovery(); }));
  begin_flight();
  if (recorder_ != nullptr) flight_thread_ = begin_thread([this] { run_flight(); });
  if (hdr_intervals_ != nullptr) threads_.push_back(begin_thread([this] { run_hdr_log(); }));
}

void Sidecar::stop() {
  stop_guard_ = true;
  if (guard_thread_.joinable()) guard_thread_.join();
  if (scribe_ != nullptr) finish_journal();
  stop_others_ = true;
  if (probes_ != nullptr) probes_->wake();
  if (scribe_ != nullptr) scribe_->wake();
  if (kill_requests_ != nullptr) kill_requests_->wake();
  queues_.trips.wake();
  for (std::thread& thread : threads_) thread.join();
  const bool ran = !threads_.empty();
  threads_.clear();
  if (web_ != nullptr) web_->stop();
  for (const auto& server : control_servers_) server->stop();
  if (!ran) return;
  write_events();
  finish_flight();
  log_.info("sidecar stopped");
}

bool Sidecar::reload() {
  auto fresh = std::make_unique<Settings>();
  const std::vector<std::string> problems = load_settings(flags_, *fresh);
  facts_.reload_successful = problems.empty();
  for (const std::string& problem : problems) log_.error(problem);
  if (!problems.empty()) {
    log_.error(
        "not reloaded: the settings from before stay in force; correct the file and "
        "send SIGHUP again");
    log_.reconfigure(settings_.config.log);
    return false;
  }
  log_.reconfigure(fresh->config.log);
  control_api_->replace_access(fresh->access);
  web_api_->replace_readers(fresh->readers);
  if (web_ != nullptr) web_->cut_off_listeners();  // they come again, and are judged by these
  control_->need_second_person(fresh->config.protection.second_person);
  alerts_in_->replace(fresh->config.protection.cluster_alerts);
  journal_on_stale(fresh->config.protection);
  dispatcher_->reconfigure(fresh->config);
  write_back_->configure(fresh->config.write_back);
  probes_->reload(fresh->config.probes);
  analytics_->reload(fresh->config);
  recovery_->reload(fresh->config.recovery);
  say_reloaded(*fresh, settings_.config);
  const std::lock_guard guard{reload_mutex_};
  settings_.config.log = fresh->config.log;
  reloaded_ = std::move(fresh);
  return true;
}

std::int64_t Sidecar::last_work() const {
  // relaxed: times to compare; a pass is always later than the last look.
  return std::max(last_pass_ns_.load(std::memory_order_relaxed),
                  last_look_ns_.load(std::memory_order_relaxed));
}

void Sidecar::say_reloaded(const Settings& fresh, const config::Config& started) {
  log_.info("reloaded", {{"rules", std::to_string(fresh.rules->rule_count())},
                         {"config_sha256", fresh.config.sha256},
                         {"rules_sha256", fresh.rules->sha256}});
  for (const std::string_view name : config::changed_start_only(started, fresh.config)) {
    log_.warn("changed, but only a start takes it up: what it was stays in force; restart",
              {{"setting", std::string{name}}});
  }
  say_open_pages(fresh.config.web);
  const std::lock_guard guard{reload_mutex_};
  config_sha256_ = fresh.config.sha256;
  rules_sha256_ = fresh.rules->sha256;
  external_labels_ = fresh.config.external_labels;
}

// ----------------------------------------------------------------- threads

void Sidecar::run_guard() {
  name_this_thread("guard");
  ::prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  if (const auto cpu = settings_.config.loop.cpu; cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<std::size_t>(*cpu), &set);
    if (::sched_setaffinity(0, sizeof set, &set) != 0)
      log_.error("loop.cpu: found " + std::to_string(*cpu) + ": " + shm::errno_text(errno) +
                 "; needed a core that this process may use, see taskset -p; it runs on any");
  }
  const bool spin = settings_.config.loop.kind == config::LoopKind::spin;
  while (!stop_guard_.load(std::memory_order_relaxed)) {  // relaxed: a wish, nothing hangs on it
    const Now now = read_clocks();
    // relaxed: a time to show.
    if (guard_->pass(now)) last_pass_ns_.store(now.steady.count(), std::memory_order_relaxed);
    guardian_.beat();
    if (!spin) sleep_for(guard_->poll_period(now.steady));
  }
  guard_->pass(read_clocks());
  if (settings_.config.close_on_exit) guard_->close_all();
}

void Sidecar::run_discovery() {
  name_this_thread("discovery");
  config::DayConfig day = settings_.config.day;
  escalation_ = settings_.config.protection.escalation;
  while (!stop_others_) {
    {
      const std::lock_guard guard{reload_mutex_};
      if (reloaded_ != nullptr) {
        planner_->reload(reloaded_->config, reloaded_->rules);
        day = reloaded_->config.day;
        escalation_ = reloaded_->config.protection.escalation;
      }
      reloaded_.reset();
    }
    const Now now = read_clocks();
    planner_->scan(now.steady);
    planned_ = planner_->has_planned();
    day_watch_->look(day, now.wall);
    write_events();
    look_at_journal();
    say_unarmed(now.steady);
    start_servers_if_due(now.steady);
    facts_.log_dropped.store(log_.dropped(), std::memory_order_relaxed);  // relaxed: a count
    std::this_thread::sleep_for(scan_period);
  }
}

void Sidecar::say_unarmed(nanoseconds now) {
  if (now - said_unarmed_ < unarmed_reminder) return;
  said_unarmed_ = now;
  if (!started_.latch.armed()) log_.warn(protection::unarmed_line("no arming on record"));
}

}  // namespace outrider
