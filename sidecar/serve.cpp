// SPDX-License-Identifier: Apache-2.0
// The servers: which there are, when they begin, and what they say of the sidecar.
#include "clocks.hpp"
#include "config/address.hpp"
#include "config/paths.hpp"
#include "outputs/listener.hpp"
#include "outputs/live/live_pages.hpp"
#include "outputs/live/live_stream.hpp"
#include "outputs/process_metrics.hpp"
#include "outputs/query_api.hpp"
#include "rules_page.hpp"
#include "sidecar.hpp"
#include "this_thread.hpp"

namespace outrider {

using namespace std::chrono_literals;

namespace {

/// As old as values may be anyway between two passes of a quiet guard.
constexpr auto page_lifetime = 10ms;
/// An Alertmanager posts a whole group at once, and tries no second time when it is
/// refused for its length.
constexpr std::uint64_t longest_webhook = 1 << 20;
/// A standby asks this often for an address that is not free yet.
constexpr nanoseconds retry_period = 100ms;

}  // namespace

outputs::Router Sidecar::pages() {
  outputs::Router pages;
  outputs::add_pages(pages, page_sources());
  add_alerts(pages);
  add_recoveries(pages);
  add_health_history(pages);
  return pages;
}

/// Not for the control servers: a long answer there would hold up a kill.
void Sidecar::add_queries(outputs::Router& router) {
  outputs::add_query_api(
      router, {.ask = [this](const auto& question) { history_->ask(question); },
               .now = [] { return read_clocks().wall; },
               .schema = [this]() -> std::shared_ptr<const aggregate::Schema> {
                 const auto publication = exchange_.ask(publication_patience);
                 return publication == nullptr ? nullptr : publication->names->schema;
               },
               .rules_json = [this](const std::string& type) -> std::optional<std::string> {
                 const auto publication = exchange_.ask(publication_patience);
                 if (publication == nullptr) return std::nullopt;
                 return rules_json(*publication, type);
               }});
}

outputs::Families Sidecar::more_families() {
  outputs::Families families = outputs::process_families();
  for (auto& family : alerts::report_families(dispatcher_->report()))
    families.push_back(std::move(family));
  return families;
}

/// A storm of readers must not take the core from the guard, so they step back. Whoever
/// kills or arms comes by the control socket, whose thread does not.
void Sidecar::make_servers() {
  const auto& address = settings_.config.web.listen_address;
  say_open_pages(settings_.config.web);
  outputs::Router looks = pages();
  add_queries(looks);
  outputs::add_live_pages(looks);
  web_ = std::make_unique<outputs::HttpServer>(
      outputs::HttpServerOptions{
          .host = address.host, .port = address.port, .steps_back = steps_back},
      web_api_->handler(std::move(looks)), live_stream());
  serve_control(
      {.unix_path = config::control_socket(settings_.config, config::process_environment())});
  if (const auto& tcp = settings_.config.control.listen_address; tcp) {
    serve_control({.host = tcp->host, .port = tcp->port});
  }
}

/// The status and the values are those of one pass.
std::shared_ptr<outputs::Stream> Sidecar::live_stream() {
  return std::make_shared<outputs::LiveStream>(outputs::LiveStream::Ends{
      .look = [this]() -> outputs::Look {
        const auto publication = exchange_.ask(publication_patience);
        outputs::Look look{status_of(publication.get()), nullptr};
        if (publication != nullptr) look.snapshot = {publication, &publication->snapshot};
        return look;
      },
      .listened_by =
          [this](std::size_t clients) {
            facts_.live_listeners.store(clients, std::memory_order_relaxed);  // relaxed: a count
          },
      .dropped =
          [this](const std::string& remote) {
            facts_.live_dropped.fetch_add(1, std::memory_order_relaxed);  // relaxed: a count
            log_.warn("a listener was cut off: it reads /ws too slowly", {{"remote", remote}});
          },
      .failed =
          [this](const std::string& why) {
            log_.warn("who listens to /ws was told nothing for once", {{"error", why}});
          }});
}

/// At the address of the start: a reload does not change that.
void Sidecar::say_open_pages(config::WebConfig web) {
  web.listen_address = settings_.config.web.listen_address;
  if (const std::string said = config::open_pages_warning(web); !said.empty()) log_.warn(said);
}

/// With answers of its own: the thread that steps back may be making one of the others.
void Sidecar::serve_control(outputs::HttpServerOptions options) {
  options.max_body_bytes = longest_webhook;
  outputs::Router commands = pages();
  add_alert_commands(commands);
  control_servers_.push_back(std::make_unique<outputs::HttpServer>(
      std::move(options), control_api_->handler(std::move(commands))));
}

/// Goes on where it was refused before; throws ListenError.
void Sidecar::start_servers() {
  if (servers_started_ == 0) web_->start();
  for (servers_started_ = std::max<std::size_t>(servers_started_, 1);
       servers_started_ <= control_servers_.size(); ++servers_started_) {
    control_servers_[servers_started_ - 1]->start();
  }
  log_.info("sidecar started", {{"version", outputs::version()},
                                {"segment_dir", directory_},
                                {"storage", state_directory_},
                                {"port", std::to_string(web_->port())},
                                {"control_port", std::to_string(control_servers_.back()->port())},
                                {"rules", std::to_string(settings_.rules->rule_count())}});
}

void Sidecar::start_servers_if_due(nanoseconds now) {
  const bool all_run = servers_started_ == control_servers_.size() + 1;
  if (all_run || now - servers_tried_ < retry_period) return;
  servers_tried_ = now;
  try {
    start_servers();
  } catch (const outputs::ListenError& error) {
    log_.warn(std::string{error.what()} + "; the gates are held, it is tried again");
  }
}

aggregate::Labels Sidecar::external_labels() {
  const std::lock_guard guard{reload_mutex_};
  return external_labels_;
}

outputs::PageSources Sidecar::page_sources() {
  return {[this] { return status(); },
          [this]() -> std::shared_ptr<const aggregate::Snapshot> {
            const auto publication = exchange_.ask(publication_patience);
            if (publication == nullptr) return nullptr;
            return {publication, &publication->snapshot};
          },
          [this](const std::string& name) {
            log_.warn("a trader has the name of one of ours, which is not shown", {{"name", name}});
          },
          page_lifetime,
          [this] { return alerts::report_families(dispatcher_->report()); },
          [this] { return external_labels(); }};
}

std::vector<std::string> Sidecar::reasons_not_ready() const {
  std::vector<std::string> reasons;
  if (!planned_) reasons.emplace_back("the segment directory has not been scanned yet");
  if (last_pass_ns_ == 0) reasons.emplace_back("no pass has finished yet");
  if (scribe_->hangs_for() >= protection::Scribe::longest_write)
    reasons.emplace_back("the disk of the journal hangs: kills work, arming is refused");
  else if (!scribe_->journal_writable())
    reasons.emplace_back("the journal of latches cannot be written: arming is refused");
  if (!facts_.kill_requests_readable)
    reasons.emplace_back(
        "the kill requests in c/kill cannot be read, or are another user's: arming is refused");
  if (!facts_.reload_successful)
    reasons.emplace_back("the last reload failed: the settings from before are in force");
  return reasons;
}

outputs::Status Sidecar::status() {
  return status_of(exchange_.ask(publication_patience).get());
}

/// Null: nothing was published yet.
outputs::Status Sidecar::status_of(const Publication* publication) {
  outputs::Status status = publication == nullptr ? outputs::Status{} : to_status(*publication);
  const Now now = read_clocks();
  status.now = now.wall / 1ms;
  if (last_pass_ns_ != 0) status.last_pass_age = now.steady - nanoseconds{last_pass_ns_.load()};
  status.not_ready = reasons_not_ready();
  status.last_reload_successful = facts_.reload_successful;
  status.journal_writable = scribe_->journal_writable();
  status.config_file = settings_.config.file;
  {
    const std::lock_guard guard{reload_mutex_};
    status.config_sha256 = config_sha256_;
    status.rules_sha256 = rules_sha256_;
  }
  status.segment_dir = directory_;
  status.external_labels = external_labels();
  for (const probes::Standing& each : probes_->standings()) {
    outputs::ProbeStatus probe{each.probe, each.health(now.steady), {}};
    if (each.last_good) probe.age = now.steady - *each.last_good;
    status.probes.push_back(std::move(probe));
  }
  return status;
}

}  // namespace outrider
