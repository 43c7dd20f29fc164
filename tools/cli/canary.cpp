// SPDX-License-Identifier: Apache-2.0
#include "cli/canary.hpp"

#include <thread>
#include <utility>

namespace outrider::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

nanoseconds as_nanoseconds(double seconds) {
  return nanoseconds{static_cast<std::int64_t>(seconds * 1e9)};
}

std::string what_holds(const Gate& gate) {
  const GateView view = gate.view();
  const std::string why = view.reason.empty() ? "" : ", " + view.reason;
  return "found its gate " + std::string(to_string(view.state)) + " (scope " + view.scope + why +
         ")";
}

}  // namespace

Canary::Canary(Producer producer)
    : producer_{std::move(producer)},
      writer_{producer_.writer("canary")},
      breach_{writer_.gauge("outrider_drill_breach", "1 while the canary asks to be stopped.")},
      last_success_{writer_.gauge("outrider_drill_last_success_timestamp_seconds",
                                  "When the canary was last stopped, Unix time.")},
      latency_{writer_.histogram("outrider_drill_seconds",
                                 "From the canary's breach to its first refused order.")},
      gate_{producer_.gate("canary")} {
  breach_.set(0.0);
}

std::optional<Canary> Canary::create(const std::string& directory, std::string& problem) {
  Status status;
  Producer producer = Producer::create({.name = canary_name, .directory = directory}, status);
  problem = status.message;
  if (producer.is_detached()) return std::nullopt;
  return Canary{std::move(producer)};
}

/// Spins only for the closing, which is what is measured.
bool Canary::wait_until(bool open, std::chrono::milliseconds patience) const {
  const auto until = Clock::now() + patience;
  while (gate_.open(outrider::ticks()) != open) {
    if (Clock::now() > until) return false;
    if (open) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

/// The word is stored before what it means is written down.
GateView Canary::view_of_the_drill() const {
  const auto until = Clock::now() + std::chrono::milliseconds{100};
  GateView view = gate_.view();
  while (view.reason != drill_alert && Clock::now() < until) view = gate_.view();
  return view;
}

std::optional<TripTimes> Canary::trip(std::chrono::milliseconds patience, std::string& problem) {
  if (!wait_until(true, patience)) {
    problem = what_holds(gate_) + "; needed it TRADING; arm the sidecar first";
    return std::nullopt;
  }
  const Ticks breached = outrider::ticks();
  breach_.set(1.0);
  const bool closed = wait_until(false, patience);
  const Ticks refused = outrider::ticks();
  const GateView view = view_of_the_drill();
  breach_.set(0.0);
  if (closed && view.reason != drill_alert) {
    problem = what_holds(gate_) + "; needed it closed by " + std::string(drill_alert) +
              " and by nothing else; see outrider status";
    return std::nullopt;
  }
  if (!closed) {
    problem = "found its gate open " + std::to_string(patience.count()) +
              " ms after the breach; needed the alert " + std::string(drill_alert) +
              " and what it closes, as in the deployed sidecar.yml";
    return std::nullopt;
  }
  latency_.record(breached, refused);
  last_success_.set(static_cast<double>(view.since_wall_ms) / 1e3);
  return TripTimes{as_nanoseconds(producer_.seconds(breached, view.since)),
                   as_nanoseconds(producer_.seconds(breached, refused))};
}

}  // namespace outrider::cli
