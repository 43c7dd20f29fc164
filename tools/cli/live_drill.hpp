// SPDX-License-Identifier: Apache-2.0
// A drill with the gates that real orders pass: which of them a scope has, and
// whether a halt of it closes them and lets them open again.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/overview.hpp"
#include "cli/places.hpp"

namespace outrider::cli {

/// From just before the halt was asked for; 0: it did not happen.
struct GateTimes {
  std::string gate;    ///< producer/gate
  std::string before;  ///< its state when the drill began
  std::chrono::nanoseconds closed{};
  std::chrono::nanoseconds refused{};  ///< the first order, by its trader's own word
  std::chrono::nanoseconds opened{};
};

/// The gates of `scope` as they are; nothing is touched.
std::vector<GateTimes> gates_in_scope(const std::string& directory, const std::string& scope);

struct LiveDrill {
  std::string scope;
  std::string duration;                ///< of the halt, as people write it
  std::chrono::milliseconds patience;  ///< for the closing, and again for the opening
};

/// Halts the scope for the duration. Every gate must have been TRADING, or nothing is
/// done; each must close, and open again by itself. `problem` says what did not.
std::vector<GateTimes> drill_live(const LiveDrill& drill, const Places& places,
                                  std::string& problem);

}  // namespace outrider::cli
