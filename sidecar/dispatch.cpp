// SPDX-License-Identifier: Apache-2.0
// The dispatch thread: what the guard told it, and now and then the whole, to
// whoever must know. It steps back behind guard and control.

#include "clocks.hpp"
#include "sidecar.hpp"
#include "this_thread.hpp"

namespace outrider {

using namespace std::chrono_literals;

namespace {

/// Between two looks at what is due; the guard rings when it has told something.
constexpr auto dispatch_period = 50ms;
/// For what is due when the sidecar ends, whose leases run on meanwhile: the next one
/// finds on disk what was not sent.
constexpr int last_words_in_a_lease = 4;

}  // namespace

void Sidecar::make_dispatcher() {
  const auto clock = []() -> alerts::Time {
    const Now now = read_clocks();
    return {now.steady, now.wall};
  };
  dispatcher_ = std::make_unique<alerts::Dispatcher>(
      alerts::Dispatcher::Parts{queues_.alerts, log_, state_directory_, [this] { return look(); },
                                clock},
      settings_.config);
}

std::optional<alerts::Level> Sidecar::look() {
  const auto publication = exchange_.ask(publication_patience);
  if (publication == nullptr) return std::nullopt;
  const protection::LatchImage latches = started_.latch.read();
  return alerts::Level{publication->steady, to_observed(*publication), latches.entries,
                       latches.condition == protection::Condition::intact,
                       to_field_values(*publication)};
}

void Sidecar::run_dispatch() {
  name_this_thread("dispatch");
  step_this_thread_back();
  while (!stop_others_) dispatcher_->step(dispatch_period);
  dispatcher_->finish(std::chrono::duration_cast<std::chrono::milliseconds>(
      settings_.config.protection.lease / last_words_in_a_lease));
}

void Sidecar::add_alerts(outputs::Router& router) {
  router.add("GET", "/api/v1/alerts", [this](const outputs::Request&) -> outputs::Response {
    return {.content_type = "application/json", .body = report_json(dispatcher_->report())};
  });
}

void Sidecar::add_alert_commands(outputs::Router& router) {
  control_api_->add_command(
      router, "/api/v1/alerts/requeue", protection::Role::killer,
      [this](const outputs::Request&, const protection::Caller&) -> outputs::Response {
        const auto requeued = dispatcher_->requeue();
        if (!requeued)
          return {
              .status = 503,
              .content_type = "application/json",
              .body =
                  R"({"ok":false,"message":"found the disk of the alerts too slow; needed an answer of it"})"
                  "\n"};
        const std::string count = std::to_string(*requeued);
        return {.content_type = "application/json",
                .body = R"({"ok":true,"message":")" + count + " to be sent again\"}\n"};
      });
  control_api_->add_command(
      router, "/api/v1/webhook", protection::Role::none,
      [this](const outputs::Request& request, const protection::Caller& caller) {
        return alerts_in_->take(request, caller);
      });
}

}  // namespace outrider
