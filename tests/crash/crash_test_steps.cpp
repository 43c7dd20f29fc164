// SPDX-License-Identifier: Apache-2.0
// crash_test_steps [--points N] [--seed S] [--scenario NAME] [--json] [--list]
// Steps real writers and readers through their code, one instruction at a time,
// and recovers from a crash at each. The last line is the result as JSON.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "crash/stepper.hpp"
#include "outrider/shm/ticks.hpp"
#include "temporary_directory.hpp"

namespace {

using namespace outrider;

struct Options {
  std::uint64_t points = 530'000;  ///< a whole round of each scenario, at least
  std::uint64_t seed = 1;
  std::string scenario;
  bool json = false;
  bool list = false;
};

bool parse(int count, char** words, Options& options) {
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--json") {
      options.json = true;
    } else if (word == "--list") {
      options.list = true;
    } else if (i + 1 == count) {
      return false;
    } else if (word == "--scenario") {
      options.scenario = words[++i];
    } else if (word == "--points" || word == "--seed") {
      char* end = nullptr;
      const std::uint64_t number = std::strtoull(words[++i], &end, 10);
      if (*end != '\0' || number == 0) return false;
      (word == "--seed" ? options.seed : options.points) = number;
    } else {
      return false;
    }
  }
  return true;
}

void add(crash::Outcome& sum, const crash::Outcome& each) {
  sum.points += each.points;
  sum.recoveries += each.recoveries;
  sum.rounds += each.rounds;
  sum.violations += each.violations;
}

crash::Outcome run(const crash::ScenarioEntry& entry, std::uint64_t points, std::uint64_t seed) {
  const auto begin = std::chrono::steady_clock::now();
  const test::TemporaryDirectory scratch{test::memory_directory(), "crash"};
  const auto scenario = entry.make();
  crash::Stepper stepper{*scenario, scratch.path(), seed};
  crash::Outcome outcome = stepper.run(points);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("%-24s %9lu points %8lu recoveries %5lu whole rounds %2lu violations %6.1f s\n",
              entry.name, outcome.points, outcome.recoveries, outcome.whole_rounds,
              outcome.violations, took.count());
  if (!outcome.first_violation.empty()) std::printf("  %s\n", outcome.first_violation.c_str());
  if (!outcome.problem.empty()) std::printf("  cannot go on: %s\n", outcome.problem.c_str());
  std::fflush(stdout);
  if (!outcome.problem.empty()) ++outcome.violations;
  return outcome;
}

/// Has this program begin again so that less is stepped over and over which is none
/// of ours: glibc copies large blocks with `rep movsb`, which stops at every byte,
/// unless told to use its loops of vector stores; and a function of a shared library
/// is searched for at its first call, unless all are at the start.
void step_less_of_glibc(char** words) {
  constexpr const char* tunables =
      "glibc.cpu.x86_rep_movsb_threshold=1000000000:"
      "glibc.cpu.x86_rep_stosb_threshold=1000000000";
  const char* set = std::getenv("GLIBC_TUNABLES");
  if (set != nullptr && std::strcmp(set, tunables) == 0) return;
  ::setenv("GLIBC_TUNABLES", tunables, 1);
  ::setenv("LD_BIND_NOW", "1", 1);
  ::execv("/proc/self/exe", words);
}

}  // namespace

int main(int count, char** words) {
  Options options;
  if (!parse(count, words, options)) {
    std::fprintf(stderr, "usage: %s [--points N] [--seed S] [--scenario NAME] [--json] [--list]\n",
                 words[0]);
    return 2;
  }
  step_less_of_glibc(words);
  std::vector<crash::ScenarioEntry> chosen;
  for (const crash::ScenarioEntry& each : crash::scenarios()) {
    if (options.list) std::printf("%s\n", each.name);
    if (options.scenario.empty() || options.scenario == each.name) chosen.push_back(each);
  }
  if (options.list) return 0;
  if (chosen.empty()) {
    std::fprintf(stderr, "no scenario \"%s\"; --list names them\n", options.scenario.c_str());
    return 2;
  }
  shm::calibrate(shm::ClockKind::tsc);  // once, for all processes of all rounds
  crash::Outcome sum;
  std::uint64_t weights = 0;
  for (const crash::ScenarioEntry& each : chosen) weights += each.weight;
  for (const crash::ScenarioEntry& each : chosen) {
    add(sum, run(each, (options.points * each.weight + weights - 1) / weights, options.seed));
  }
  std::printf(
      "{\"row\": \"instruction-level crash points\", \"figure\": \"%lu points, %lu violations\", "
      "\"holds\": %s, \"points\": %lu, \"recoveries\": %lu, \"violations\": %lu, \"scenarios\": "
      "%zu, \"seed\": %lu}\n",
      sum.points, sum.violations, sum.violations == 0 ? "true" : "false", sum.points,
      sum.recoveries, sum.violations, chosen.size(), options.seed);
  return sum.violations == 0 ? 0 : 1;
}
