// SPDX-License-Identifier: Apache-2.0
// Walks a million steps, or as many as the first argument or
// OUTRIDER_MODEL_STEPS says, and exits 1 with a shrunk trace where the reference
// and the real protection differ. The second argument is the seed.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

#include "model/walk.hpp"

namespace {

constexpr std::uint64_t default_steps = 1'000'000;
constexpr std::uint64_t default_seed = 20261121;
/// New rules and a first breath after so many.
constexpr std::size_t steps_of_a_walk = 2'000;

bool read_number(const char* text, std::uint64_t& number) {
  char* end = nullptr;
  number = std::strtoull(text, &end, 10);
  return end != text && *end == '\0' && std::strchr(text, '-') == nullptr;
}

int report(std::uint64_t steps, std::uint64_t seed, bool holds) {
  std::printf(
      "{\"row\": \"protection against a plain model\", \"figure\": \"%llu steps, %s\", "
      "\"holds\": %s, \"steps\": %llu, \"seed\": %llu}\n",
      static_cast<unsigned long long>(steps), holds ? "0 disagreements" : "a disagreement",
      holds ? "true" : "false", static_cast<unsigned long long>(steps),
      static_cast<unsigned long long>(seed));
  return holds ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t steps = default_steps;
  std::uint64_t seed = default_seed;
  const char* wanted = argc > 1 ? argv[1] : std::getenv("OUTRIDER_MODEL_STEPS");
  const bool understood = (wanted == nullptr || read_number(wanted, steps)) &&
                          (argc < 3 || read_number(argv[2], seed)) && argc < 4;
  if (!understood) {
    std::fprintf(stderr, "usage: %s [STEPS [SEED]]\n", argv[0]);
    return 2;
  }
  std::mt19937_64 random(seed);
  for (std::uint64_t taken = 0; taken < steps;) {
    outrider::model::Trace trace{random(), std::vector<std::uint64_t>(steps_of_a_walk)};
    for (std::uint64_t& each : trace.steps) each = random();
    if (!outrider::model::disagreement(trace).empty()) {
      const outrider::model::Trace few = outrider::model::shrunk(trace);
      std::printf("seed %llu: they differ:\n%s", static_cast<unsigned long long>(seed),
                  outrider::model::text_of(few).c_str());
      return report(taken, seed, false);
    }
    taken += trace.steps.size();
  }
  return report(steps, seed, true);
}
