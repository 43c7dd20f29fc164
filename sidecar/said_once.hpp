// SPDX-License-Identifier: Apache-2.0
// Which sentences were said already, of a source that may never stop making up
// new ones: bounded, and what is no longer the case is forgotten to make room.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace outrider {

class SaidOnce {
 public:
  static constexpr std::size_t most = 1024;
  /// A sentence that was not met again for so long may be said anew.
  static constexpr std::chrono::seconds forgotten_after{60};

  enum class Answer {
    say,       ///< it is new
    said,      ///< it was said before
    overflow,  ///< it is new, and there is no room to remember it: do not say it
  };

  Answer ask(const std::string& what, std::chrono::nanoseconds now) {
    if (const auto found = met_.find(what); found != met_.end()) {
      found->second = now;
      return Answer::said;
    }
    if (met_.size() >= most) {
      std::erase_if(met_, [&](const auto& each) { return now - each.second > forgotten_after; });
    }
    if (met_.size() >= most) return Answer::overflow;
    met_.emplace(what, now);
    return Answer::say;
  }

 private:
  std::map<std::string, std::chrono::nanoseconds> met_;  ///< when last
};

}  // namespace outrider
