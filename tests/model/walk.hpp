// SPDX-License-Identifier: Apache-2.0
// The plain reference and the real protection walk the same steps, side by side.
// A walk is a seed for its rules and a list of seeds, one for each step, so that
// steps can be left out and the rest stays what it was.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace outrider::model {

struct Trace {
  std::uint64_t rules = 0;  ///< seed of the rules
  std::vector<std::uint64_t> steps;
};

/// Empty when they agree to the end; else after which step on what they differ.
/// `steps_taken`, where wanted: how many steps there were until then.
std::string disagreement(const Trace& trace, std::size_t* steps_taken = nullptr);

/// The same disagreement with as few steps as leaving some out can do.
Trace shrunk(Trace trace);

/// What the rules are and what happens in each step, for people.
std::string text_of(const Trace& trace);

}  // namespace outrider::model
