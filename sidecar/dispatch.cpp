// SPDX-License-Identifier: Apache-2.0
// The dispatch thread: what the guard told it, and now and then the whole, to
// whoever must know. It steps back behind guard and control.
#include <pthread.h>
#include <sys/resource.h>

#include "clocks.hpp"
#include "sidecar.hpp"

namespace outrider {

using namespace std::chrono_literals;

namespace {

constexpr auto publication_patience = 200ms;
/// Between two looks at what the guard has told while nobody answers.
constexpr auto dispatch_period = 5ms;
/// For what is due when the sidecar ends, whose leases run on meanwhile: the next one
/// finds on disk what was not sent.
constexpr int last_words_in_a_lease = 4;
constexpr int dispatch_steps_back = 5;

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
                       latches.condition == protection::Condition::intact};
}

void Sidecar::run_dispatch() {
  ::pthread_setname_np(::pthread_self(), "dispatch");
  ::setpriority(PRIO_PROCESS, 0, dispatch_steps_back);  // 0: on Linux, this thread
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
        const std::string count = std::to_string(dispatcher_->requeue());
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
