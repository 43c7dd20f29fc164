// SPDX-License-Identifier: Apache-2.0
// Who else has closed a scope: the first cause is kept where it is, later ones are
// listed here, a few by name and the rest as a number. A state more restrictive
// than the one before begins the list anew with a first cause of its own; so does
// one that is less restrictive.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "protection/state.hpp"

namespace outrider::protection {

class Causes {
 public:
  static constexpr std::size_t most_named = 4;

  /// Something has put its scope into `state`. `who`: a rule, or a person.
  void add(GateState state, std::string_view who) noexcept {
    if (state > level_) {
      level_ = state;
      count_ = 0;
      return;
    }
    if (count_ < most_named) named_[count_].assign(who);
    ++count_;
  }
  /// What is left of it now.
  void settle(GateState state) noexcept {
    if (state >= level_) return;
    level_ = state;
    count_ = 0;
  }

  [[nodiscard]] std::span<const RuleText> named() const noexcept {
    return {named_.data(), count_ < most_named ? count_ : most_named};
  }
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

 private:
  GateState level_ = GateState::trading;
  std::uint32_t count_ = 0;
  std::array<RuleText, most_named> named_{};
};

}  // namespace outrider::protection
