// SPDX-License-Identifier: Apache-2.0
// What a gate must hold, and why, as the guard carries it from the decider to the
// gate words, the log and the pages.
#pragma once

#include <span>
#include <string_view>

#include "protection/state.hpp"

namespace outrider::protection {

/// The texts live as long as the decider; the guard must copy them within the pass.
struct Verdict {
  GateState state = GateState::unarmed;
  std::string_view scope;
  std::string_view rule;    ///< the alert; empty when a person or nobody decided
  std::string_view actor;   ///< the person; empty when a rule decided
  std::string_view reason;  ///< a sentence; may be empty when a rule decided
  std::chrono::nanoseconds since_wall{};
  std::uint32_t minutes_left = 0;    ///< where it ends by the clock alone; else 0
  shm::Allowance allowance{};        ///< while PROBING
  std::span<const RuleText> also{};  ///< who else has closed the scope since
  std::uint32_t also_count = 0;      ///< of these, how many there were
};

/// Rule or reason, the time to go, and who else: for people, cut to fit.
[[nodiscard]] ReasonText why(const Verdict& verdict) noexcept;

}  // namespace outrider::protection
