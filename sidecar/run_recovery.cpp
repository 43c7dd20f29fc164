// SPDX-License-Identifier: Apache-2.0
// The recovery thread, which also looks at the whole now and then, and the pages that tell
// what it has tried and seen.

#include <thread>

#include "clocks.hpp"
#include "sidecar.hpp"
#include "this_thread.hpp"

namespace outrider {

using namespace std::chrono_literals;

namespace {

constexpr auto recovery_period = 100ms;
constexpr nanoseconds health_period = 1s;

}  // namespace

void Sidecar::run_recovery() {
  name_this_thread("recovery");
  while (!stop_others_) {
    recovery_->step();
    const nanoseconds now = read_clocks().steady;
    look_at_health(now);
    keep_history(now);
    std::this_thread::sleep_for(recovery_period);
  }
}

void Sidecar::look_at_health(nanoseconds now) {
  if (now - looked_at_health_ < health_period) return;
  looked_at_health_ = now;
  const outputs::Status status = this->status();
  const std::lock_guard guard{health_mutex_};
  health_history_.look(status);
}

void Sidecar::keep_history(nanoseconds now) {
  if (!history_->is_due(now)) return;
  const auto publication = exchange_.ask(publication_patience);
  if (publication != nullptr) history_->look(*publication, more_families());
}

void Sidecar::add_health_history(outputs::Router& router) {
  router.add("GET", "/api/v1/health/history", [this](const outputs::Request&) -> outputs::Response {
    const std::lock_guard guard{health_mutex_};
    return {.content_type = "application/json", .body = history_json(health_history_)};
  });
}

void Sidecar::add_recoveries(outputs::Router& router) {
  router.add("GET", "/api/v1/recoveries", [this](const outputs::Request&) -> outputs::Response {
    return {.content_type = "application/json", .body = recovery_->history_json()};
  });
}

}  // namespace outrider
