// SPDX-License-Identifier: Apache-2.0
// The servers: which there are, when they begin, and what they say of the sidecar.
#include "clocks.hpp"
#include "config/paths.hpp"
#include "outputs/listener.hpp"
#include "outputs/process_metrics.hpp"
#include "sidecar.hpp"

namespace outrider {

using namespace std::chrono_literals;

namespace {

constexpr auto publication_patience = 200ms;
/// As old as values may be anyway between two passes of a quiet guard.
constexpr auto page_lifetime = 10ms;
/// An Alertmanager posts a whole group at once, and tries no second time when it is
/// refused for its length.
constexpr std::uint64_t longest_webhook = 1 << 20;
/// A storm of readers must not take the core from the guard. Whoever kills or arms
/// comes by the control socket, whose thread does not step back.
constexpr int readers_step_back = 5;
/// A standby asks this often for an address that is not free yet.
constexpr nanoseconds retry_period = 100ms;

}  // namespace

void Sidecar::make_servers() {
  outputs::Router pages;
  outputs::add_pages(pages, page_sources());
  add_alerts(pages);
  const auto& address = settings_.config.web.listen_address;
  web_ = std::make_unique<outputs::HttpServer>(
      outputs::HttpServerOptions{
          .host = address.host, .port = address.port, .steps_back = readers_step_back},
      [pages](const outputs::Request& request) { return pages.answer(request); });
  serve_control(
      {.unix_path = config::control_socket(settings_.config, config::process_environment())});
  if (const auto& tcp = settings_.config.control.listen_address; tcp) {
    serve_control({.host = tcp->host, .port = tcp->port});
  }
}

/// With answers of its own: the thread that steps back may be making one of the others.
void Sidecar::serve_control(outputs::HttpServerOptions options) {
  options.max_body_bytes = longest_webhook;
  outputs::Router pages;
  outputs::add_pages(pages, page_sources());
  add_alerts(pages);
  add_alert_commands(pages);
  control_servers_.push_back(std::make_unique<outputs::HttpServer>(
      std::move(options), control_api_->handler(std::move(pages))));
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
          page_lifetime, [this] { return alerts::report_families(dispatcher_->report()); }};
}

std::vector<std::string> Sidecar::reasons_not_ready() const {
  std::vector<std::string> reasons;
  if (!planned_) reasons.emplace_back("the segment directory has not been scanned yet");
  if (last_pass_ns_ == 0) reasons.emplace_back("no pass has finished yet");
  if (!scribe_->journal_writable())
    reasons.emplace_back("the journal of latches cannot be written: arming is refused");
  if (!facts_.reload_successful)
    reasons.emplace_back("the last reload failed: the settings from before are in force");
  return reasons;
}

outputs::Status Sidecar::status() {
  const auto publication = exchange_.ask(publication_patience);
  outputs::Status status = publication == nullptr ? outputs::Status{} : to_status(*publication);
  const Now now = read_clocks();
  status.now = now.wall / 1ms;
  if (last_pass_ns_ != 0) status.last_pass_age = now.steady - nanoseconds{last_pass_ns_.load()};
  status.not_ready = reasons_not_ready();
  status.last_reload_successful = facts_.reload_successful;
  status.journal_writable = scribe_->journal_writable();
  status.config_file = settings_.config.file;
  status.segment_dir = directory_;
  return status;
}

}  // namespace outrider
