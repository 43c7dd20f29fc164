// SPDX-License-Identifier: Apache-2.0
#include "cli/drill_command.hpp"

#include <csignal>
#include <cstdio>
#include <ctime>
#include <memory>

#include "cli/canary.hpp"
#include "cli/evidence.hpp"
#include "cli/live_drill.hpp"
#include "cli/overview.hpp"
#include "config/duration.hpp"
#include "outrider/shm/file.hpp"
#include "protection/scope.hpp"

namespace outrider::cli {
namespace {

struct DrillOptions {
  int count = 1;
  std::string every;  ///< a duration; empty: `count` trips and an evidence file
  std::string timeout = "5s";
  std::string evidence;  ///< a directory; empty: this one, or with `every` no file
  bool as_json = false;
  std::string scope;  ///< of real gates: looked at by --shadow, halted by --live
  bool shadow = false;
  bool live = false;
  bool confirmed = false;
  std::string duration = "2s";
};

/// Of real gates: long enough to be seen, short enough to be forgiven.
constexpr std::chrono::milliseconds shortest_halt{100};
constexpr std::chrono::minutes longest_halt{1};

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

int leave_evidence(const DrillOptions& options, const Places& places, const Drill& drill) {
  const std::string json = evidence_json(drill, places);
  if (options.as_json) std::fputs(json.c_str(), stdout);
  std::string problem;
  const std::string path =
      write_evidence(options.evidence.empty() ? "." : options.evidence, json, problem);
  if (!path.empty() && !options.as_json) std::printf("evidence: %s\n", path.c_str());
  if (!drill.passed()) return complain(exit_failed, "drill failed: " + drill.problem);
  return path.empty() ? complain(exit_failed, problem) : exit_done;
}

std::string refusal_text(const GateTimes& gate) {
  if (gate.refused.count() == 0) return "no order came to be refused";
  return "first order refused after " + std::to_string(gate.refused.count() / 1000) + " us";
}

int run_live(const DrillOptions& options, const Places& places,
             std::chrono::milliseconds patience) {
  Drill drill{.kind = "live", .scope = options.scope};
  drill.gates = drill_live({options.scope, options.duration, patience}, places, drill.problem);
  for (const GateTimes& gate : drill.gates) {
    if (!options.as_json)
      std::printf("%s closed after %.1f us, %s, open again after %.1f us\n",
                  shm::shown(gate.gate).c_str(), micros(gate.closed), refusal_text(gate).c_str(),
                  micros(gate.opened));
  }
  return leave_evidence(options, places, drill);
}

int run_once(const DrillOptions& options, const Places& places, Canary& canary,
             std::chrono::milliseconds patience) {
  Drill drill;
  if (options.shadow) {
    drill.kind = "shadow";
    drill.scope = options.scope;
    drill.gates = gates_in_scope(places.directory(), options.scope);
    if (drill.gates.empty())
      drill.problem = "found no gate of " + options.scope + "; needed one that it would close";
  }
  for (int i = 0; i < options.count && drill.problem.empty(); ++i) {
    const auto trip = canary.trip(patience, drill.problem);
    if (!trip) break;
    drill.trips.push_back(*trip);
    if (!options.as_json) print_trip(*trip);
  }
  for (const GateTimes& gate : drill.gates) {
    if (!options.as_json)
      std::printf("%s is %s; a halt of %s would close it\n", shm::shown(gate.gate).c_str(),
                  gate.before.c_str(), options.scope.c_str());
  }
  return leave_evidence(options, places, drill);
}

struct Times {
  std::chrono::milliseconds patience;
  std::chrono::nanoseconds every;  ///< from one trip to the next
};

/// Of a drill that goes on, the evidence keeps the last.
constexpr std::size_t most_trips_kept = 1000;

/// Until SIGINT or SIGTERM. What is found shows in the canary's own series; a file is left
/// where one is asked for.
int run_for_ever(const DrillOptions& options, const Places& places, Canary& canary,
                 const Times& times) {
  const sigset_t end = end_signals();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(times.every);
  const timespec pause{seconds.count(), (times.every - seconds).count()};
  Drill drill;
  do {
    std::string problem;
    if (const auto trip = canary.trip(times.patience, problem); trip) {
      if (!options.as_json) print_trip(*trip);
      if (drill.trips.size() == most_trips_kept) drill.trips.erase(drill.trips.begin());
      drill.trips.push_back(*trip);
    } else {
      complain(exit_failed, "drill failed: " + problem);
      drill.problem = problem;
      ++drill.failures;
    }
  } while (::sigtimedwait(&end, nullptr, &pause) < 0);
  return options.evidence.empty() ? exit_done : leave_evidence(options, places, drill);
}

/// What is wrong with the options of a drill with real gates; empty when nothing is.
std::string problem_of(const DrillOptions& options) {
  if (!options.live && !options.shadow) return {};
  if (const std::string problem = protection::scope_problem(options.scope); !problem.empty())
    return problem;
  const auto duration = config::parse_duration(options.duration);
  if (!duration || *duration < shortest_halt || *duration > longest_halt)
    return "--for: found \"" + options.duration + "\"; needed a duration from 100ms to 1m";
  if (options.live && !options.confirmed)
    return "found --live without --confirm; needed it, because " + options.scope +
           " sends no order for " + options.duration;
  return {};
}

int drill(const DrillOptions& options, const Places& places) {
  if (const std::string problem = problem_of(options); !problem.empty())
    return complain(exit_usage, problem);
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
  if (options.live) return run_live(options, places, patience);
  std::string problem;
  auto canary = Canary::create(places.directory(), problem);
  if (!canary) return complain(exit_failed, problem);
  return goes_on ? run_for_ever(options, places, *canary, {patience, *every})
                 : run_once(options, places, *canary, patience);
}

}  // namespace

void add_drill_command(const Command& program, const Places& places) {
  const Command command = program.command(
      "drill", "trip a canary's gate, and measure; no order is touched but by --live");
  const auto options = std::make_shared<DrillOptions>();
  const Option count = command.option("--count", options->count, "how many trips; default 1");
  count.between(1, 1000);
  const Option every =
      command.option("--every", options->every,
                     "go on with a trip each DURATION, such as 1m, until SIGTERM; the evidence "
                     "has the last 1000");
  command.option("--timeout", options->timeout,
                 "how long the gate may take to open and to close; default 5s");
  command.option("--evidence", options->evidence,
                 "directory for the evidence file; default: this one, and none with --every");
  const Option scope = command.option("--scope", options->scope,
                                      "with --shadow or --live: global, host, or label=value");
  const Option shadow = command.flag("--shadow", options->shadow,
                                     "say which gates the scope would close; nothing is closed");
  const Option live = command.flag(
      "--live", options->live, "halt the scope's gates for a moment, and measure; stops orders");
  command.option("--for", options->duration, "with --live: how long; default 2s");
  command.flag("--confirm", options->confirmed, "with --live: yes, stop these orders");
  shadow.needs(scope).excludes(live).excludes(every);
  live.needs(scope).excludes(every).excludes(count);
  command.flag("--json", options->as_json, "print the evidence instead of a line a trip");
  command.does([options, &places] { return drill(*options, places); });
}

}  // namespace outrider::cli
