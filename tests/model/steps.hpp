// SPDX-License-Identifier: Apache-2.0
// Random rules and random steps of a walk, each out of a seed of its own.
#pragma once

#include <array>
#include <random>
#include <string>

#include "model/reference.hpp"

namespace outrider::model {

inline constexpr std::array<const char*, 5> scope_names{"global", "host", "venue=a", "venue=b",
                                                        "strategy=m"};

/// A few rules of every kind on these scopes.
std::vector<Rule> random_rules(std::uint64_t seed);

/// A pass: time goes on, somebody may ask for something, and alerts are what they
/// are.
struct Step {
  Seconds later = 0;
  enum class Wish { nothing, look, arm } wish = Wish::nothing;  ///< look: as arming begins
  std::string arm_scope;
  bool kill = false;
  std::string kill_scope;
  bool halt = false;
  std::string halt_scope;
  Seconds halt_for = 0;
  Events events;
};
Step random_step(std::uint64_t seed, const std::vector<Rule>& rules);

std::string text_of(const Rule& rule);
std::string text_of(const Step& step);

}  // namespace outrider::model
