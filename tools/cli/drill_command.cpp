// SPDX-License-Identifier: Apache-2.0
#include "cli/drill_command.hpp"

#include <csignal>
#include <cstdio>
#include <ctime>
#include <memory>

#include "cli/canary.hpp"
#include "cli/evidence.hpp"
#include "cli/overview.hpp"
#include "config/duration.hpp"

namespace outrider::cli {
namespace {

struct DrillOptions {
  int count = 1;
  std::string every;  ///< a duration; empty: `count` trips and an evidence file
  std::string timeout = "5s";
  std::string evidence = ".";
  bool as_json = false;
};

double micros(std::chrono::nanoseconds time) {
  return static_cast<double>(time.count()) / 1e3;
}

sigset_t end_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

void print_trip(const TripTimes& trip) {
  std::printf("gate closed %.1f us after the breach, first refusal after %.1f us\n",
              micros(trip.stored), micros(trip.refused));
  std::fflush(stdout);
}

int run_once(const DrillOptions& options, const Places& places, Canary& canary,
             std::chrono::milliseconds patience) {
  Drill drill;
  for (int i = 0; i < options.count && drill.problem.empty(); ++i) {
    const auto trip = canary.trip(patience, drill.problem);
    if (!trip) break;
    drill.trips.push_back(*trip);
    if (!options.as_json) print_trip(*trip);
  }
  const std::string json = evidence_json(drill, places);
  if (options.as_json) std::fputs(json.c_str(), stdout);
  std::string problem;
  const std::string path = write_evidence(options.evidence, json, problem);
  if (!path.empty() && !options.as_json) std::printf("evidence: %s\n", path.c_str());
  if (!drill.passed()) return complain(exit_failed, "drill failed: " + drill.problem);
  return path.empty() ? complain(exit_failed, problem) : exit_done;
}

/// Until SIGINT or SIGTERM. What is found shows in the canary's own series.
int run_for_ever(std::chrono::nanoseconds every, Canary& canary,
                 std::chrono::milliseconds patience) {
  const sigset_t end = end_signals();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(every);
  const timespec pause{seconds.count(), (every - seconds).count()};
  do {
    std::string problem;
    if (const auto trip = canary.trip(patience, problem); trip) {
      print_trip(*trip);
    } else {
      complain(exit_failed, "drill failed: " + problem);
    }
  } while (::sigtimedwait(&end, nullptr, &pause) < 0);
  return exit_done;
}

int drill(const DrillOptions& options, const Places& places) {
  const auto timeout = config::parse_duration(options.timeout);
  if (!timeout || *timeout < std::chrono::milliseconds{1})
    return complain(exit_usage, "--timeout: found \"" + options.timeout +
                                    "\"; needed a duration of at least 1ms, such as 5s");
  const auto patience = std::chrono::ceil<std::chrono::milliseconds>(*timeout);
  const bool goes_on = !options.every.empty();
  const auto every = config::parse_duration(goes_on ? options.every : "1s");
  if (!every || *every < std::chrono::seconds{1})
    return complain(exit_usage, "--every: found \"" + options.every +
                                    "\"; needed a duration of at least 1s, such as 1m");
  // Before the canary's own thread begins, which must not take them.
  const sigset_t end = end_signals();
  if (goes_on) ::pthread_sigmask(SIG_BLOCK, &end, nullptr);
  if (const auto lives = sidecar_lives(places.directory()); lives && !*lives)
    return complain(exit_nobody, "found no sidecar on " + places.directory() +
                                     "; needed one to drill; start outrider-sidecar");
  std::string problem;
  auto canary = Canary::create(places.directory(), problem);
  if (!canary) return complain(exit_failed, problem);
  return goes_on ? run_for_ever(*every, *canary, patience)
                 : run_once(options, places, *canary, patience);
}

}  // namespace

void add_drill_command(CLI::App& app, const Places& places, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("drill", "trip a canary's gate, and measure; no order is touched");
  const auto options = std::make_shared<DrillOptions>();
  command->add_option("--count", options->count, "how many trips; default 1")
      ->check(CLI::Range(1, 1000));
  command->add_option("--every", options->every,
                      "go on with a trip each DURATION, such as 1m, until SIGTERM");
  command->add_option("--timeout", options->timeout,
                      "how long the gate may take to open and to close; default 5s");
  command->add_option("--evidence", options->evidence,
                      "directory for the evidence file; default: this one");
  command->add_flag("--json", options->as_json, "print the evidence instead of a line a trip");
  command->callback([options, &places, &exit_code] { exit_code = drill(*options, places); });
}

}  // namespace outrider::cli
