// SPDX-License-Identifier: Apache-2.0
#include "model/steps.hpp"

namespace outrider::model {
namespace {

using Random = std::mt19937_64;

std::size_t pick(Random& random, std::size_t below) {
  return static_cast<std::size_t>(random() % below);
}

template <class Value, std::size_t size>
Value one_of(Random& random, const Value (&values)[size]) {
  return values[pick(random, size)];
}

const char* word(Kind kind) {
  constexpr std::array<const char*, 4> words{"halts", "reduces", "kills", "blocks entries"};
  return words[static_cast<std::size_t>(kind)];
}
const char* word(Signal signal) {
  constexpr std::array<const char*, 4> words{"clear", "no data", "pending", "firing"};
  return words[static_cast<std::size_t>(signal)];
}

}  // namespace

std::vector<Rule> random_rules(std::uint64_t seed) {
  Random random(seed);
  std::vector<Rule> rules(10);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    Rule& rule = rules[i];
    rule.name = "R" + std::to_string(i);
    rule.scope = scope_names[pick(random, scope_names.size())];
    const std::size_t die = pick(random, 8);
    rule.kind = die < 4   ? Kind::halts
                : die < 5 ? Kind::reduces
                : die < 7 ? Kind::blocks_entries
                          : Kind::kills;
    rule.cooldown = one_of<Seconds>(random, {1, 30, 60, 300, 1800});
    rule.quiet = one_of<Seconds>(random, {0, 0, 30});
    rule.window = one_of<Seconds>(random, {0, 10, 60});
    rule.probes = one_of<unsigned>(random, {0, 1, 5, 5});
    rule.trips_to_kill = one_of<unsigned>(random, {0, 2, 3, 3, 10});
    rule.auto_rearm = pick(random, 5) != 0;
  }
  return rules;
}

Step random_step(std::uint64_t seed, const std::vector<Rule>& rules) {
  // A small generator: this is what most of the time of a walk would go to.
  std::minstd_rand0 seeded(static_cast<std::uint32_t>(seed % 2147483646 + 1));
  const auto die = [&](std::size_t below) { return seeded() / 7 % below; };
  Step step;
  constexpr std::array<Seconds, 10> jumps{0, 1, 1, 5, 10, 30, 60, 60, 120, 700};
  step.later = jumps[die(jumps.size())];
  step.arm_scope = scope_names[die(scope_names.size())];
  step.kill_scope = scope_names[die(scope_names.size())];
  step.halt_scope = scope_names[die(scope_names.size())];
  const std::size_t wish = die(10);
  step.wish = wish < 2 ? Step::Wish::look : wish < 6 ? Step::Wish::arm : Step::Wish::nothing;
  step.kill = die(60) == 0;
  step.halt = die(60) == 0;
  step.halt_for = die(2) == 0 ? 0 : static_cast<Seconds>(60 * (1 + die(20)));
  // Calm passes often enough that cooldowns end.
  const std::size_t calm = die(3);
  for (const Rule& rule : rules) {
    const std::size_t alert = die(calm == 0 ? 6 : 40);
    step.events.signals[rule.name] = alert == 0   ? Signal::firing
                                     : alert == 1 ? Signal::pending
                                     : alert == 2 ? Signal::no_data
                                                  : Signal::clear;
    step.events.wins[rule.name] = die(20) == 0;
  }
  for (const char* scope : scope_names)
    step.events.probes[scope] = die(3) == 0 ? static_cast<unsigned>(die(4)) : 0;
  return step;
}

std::string text_of(const Rule& rule) {
  return rule.name + " " + word(rule.kind) + " " + rule.scope + ", cooldown " +
         std::to_string(rule.cooldown) + " s, quiet " + std::to_string(rule.quiet) + " s, window " +
         std::to_string(rule.window) + " s, probes " + std::to_string(rule.probes) + ", kills at " +
         std::to_string(rule.trips_to_kill) + (rule.auto_rearm ? "" : ", held");
}

std::string text_of(const Step& step) {
  std::string text = "+" + std::to_string(step.later) + " s";
  if (step.wish == Step::Wish::look) text += ", looks at " + step.arm_scope;
  if (step.wish == Step::Wish::arm) text += ", arms";
  if (step.kill) text += ", kills " + step.kill_scope;
  if (step.halt)
    text += ", halts " + step.halt_scope + " for " + std::to_string(step.halt_for) + " s";
  for (const auto& [rule, signal] : step.events.signals) {
    if (signal != Signal::clear) text += ", " + rule + " " + word(signal);
  }
  for (const auto& [rule, won] : step.events.wins) {
    if (won) text += ", win for " + rule;
  }
  for (const auto& [scope, probes] : step.events.probes) {
    if (probes > 0) text += ", " + std::to_string(probes) + " probes in " + scope;
  }
  return text;
}

}  // namespace outrider::model
