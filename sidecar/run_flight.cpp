// SPDX-License-Identifier: Apache-2.0
// The thread of the flight recorder. It reads the files that the others leave, waits for
// its own disk, and steps back behind everybody.

#include <chrono>
#include <cstdlib>
#include <thread>

#include "clocks.hpp"
#include "sidecar.hpp"
#include "this_thread.hpp"

namespace outrider {

using namespace std::chrono_literals;

namespace {

constexpr auto flight_period = 1s;
/// For what is being written when the sidecar ends; the next start removes the rest.
constexpr auto last_pages = 2s;

}  // namespace

void Sidecar::begin_flight() {
  const config::FlightRecorderConfig& wanted = settings_.config.flight_recorder;
  if (wanted.recordings == 0) return;
  recorder_ = std::make_unique<flight::Recorder>(
      flight::Recorder::Parts{
          .segments = directory_,
          .directory = wanted.dir.empty() ? state_directory_ + "/flight" : wanted.dir,
          .trips = queues_.trips,
          .departed = departed_,
          .counts = facts_.flight,
          .log = log_,
          .ends = stop_others_,
          .clock = read_clocks,
          .status = [this] { return status(); },
          .expressions = [this] { return expressions(); },
          .want_look = [this] { history_->want_look(); },
          .ask_history = [this](const auto& question) { history_->ask(question); }},
      wanted);
}

flight::ExpressionOf Sidecar::expressions() {
  return [publication = exchange_.ask(publication_patience)](std::string_view rule) -> std::string {
    if (publication == nullptr || publication->names == nullptr) return {};
    for (const rules::AlertRule* each : publication->names->rules) {
      if (each->name == rule) return each->expression;
    }
    return {};
  };
}

void Sidecar::run_flight() {
  name_this_thread("flight");
  step_this_thread_back();
  recorder_->open();
  while (!stop_others_) recorder_->step(flight_period);
  recorder_->step(0ms);  // of the guard's last pass
  flight_over_.set_value();
}

/// A thread that waits for a disk that hangs cannot be joined; this ends as a kill would
/// end it.
void Sidecar::finish_flight() {
  if (!flight_thread_.joinable()) return;
  if (flight_over_.get_future().wait_for(last_pages) == std::future_status::ready)
    return flight_thread_.join();
  log_.error(
      "flight-recorder: found its disk too slow to finish; needed an answer within 2 s; what it "
      "was writing is removed at the next start");
  log_.flush(outputs::LogQueue::patience_at_end);
  std::_Exit(EXIT_FAILURE);
}

}  // namespace outrider
