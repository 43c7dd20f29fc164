// SPDX-License-Identifier: Apache-2.0
// The words of protection: what an alert says, and what happened. The states of
// a gate are the contract's (GateState); STALE is never decided here: a lease
// that ran out is seen by the trader's clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "outrider/shm/gate_word.hpp"
#include "protection/text.hpp"

namespace outrider::protection {

/// What an alert says now, ordered: of several instances, the largest counts.
enum class AlertSignal : std::uint8_t { clear = 0, no_data = 1, pending = 2, firing = 3 };

/// What happened, as the journal keeps it. Values are part of the file format.
enum class Action : std::uint32_t {
  trip = 1,          ///< a circuit breaker: TRADING -> HALTED
  clear = 2,         ///< a circuit breaker: HALTED -> TRADING
  kill = 3,          ///< the kill switch, by an alert, a person or an unknown hand
  arm = 4,           ///< a person lifted KILLED or UNARMED
  arm_at_start = 5,  ///< the configuration lifted UNARMED
  refused = 6,       ///< somebody asked and was refused
  doubt = 7,         ///< what was on record is lost in part: from here on only a person arms
  begin = 8,         ///< the first record of each file of the journal
};

inline constexpr Action last_action = Action::begin;

[[nodiscard]] std::string_view action_word(Action action) noexcept;

/// Both clocks: decisions use `steady`, people read `wall`.
struct Now {
  std::chrono::nanoseconds steady{};
  std::chrono::nanoseconds wall{};  ///< since the Unix epoch
};

/// Why: by whom or by which rule. A rule leaves `actor` empty, a person `rule`.
struct Cause {
  RuleText rule;
  ActorText actor;
  ReasonText reason;
  double value = 0;
};

/// One line of history.
struct Entry {
  Action action = Action::refused;
  ScopeText scope;
  Cause cause;
  std::chrono::nanoseconds wall{};
};

}  // namespace outrider::protection
