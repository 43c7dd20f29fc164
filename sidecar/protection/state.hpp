// SPDX-License-Identifier: Apache-2.0
// The words of protection: what an alert says, and what happened. The states of
// a gate are the contract's (GateState); STALE is never decided here: a lease
// that ran out is seen by the trader's clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "outrider/shm/directive.hpp"
#include "outrider/shm/gate_word.hpp"
#include "protection/text.hpp"

namespace outrider::protection {

/// What an alert says now, ordered: of several instances, the largest counts.
enum class AlertSignal : std::uint8_t { clear = 0, no_data = 1, pending = 2, firing = 3 };

/// What happened, as the journal keeps it. Values are part of the file format.
enum class Action : std::uint32_t {
  trip = 1,            ///< a circuit breaker: -> HALTED
  clear = 2,           ///< a circuit breaker, or a halt for a time: over
  kill = 3,            ///< the kill switch, by an alert, a person or an unknown hand
  arm = 4,             ///< a person lifted KILLED, UNARMED, or what only a person lifts
  arm_at_start = 5,    ///< the configuration lifted UNARMED
  refused = 6,         ///< somebody asked and was refused
  doubt = 7,           ///< the record is lost in part: from here on only a person arms
  begin = 8,           ///< the first record of each file of the journal
  hold = 9,            ///< a circuit breaker: -> HALTED, until a person arms
  reduce = 10,         ///< a circuit breaker: -> REDUCE_ONLY
  hold_reduced = 11,   ///< a circuit breaker: -> REDUCE_ONLY, until a person arms
  block_entries = 12,  ///< an entry block: -> REDUCE_ONLY for `value` seconds
  halt = 13,           ///< a person: -> HALTED for `value` seconds; 0: until armed
  probe = 14,          ///< a circuit breaker: cooldown over, -> PROBING
  cancel_all = 15,     ///< the wish that traders of the scope cancel all their orders
  unblock = 16,        ///< an entry block: over
  directive = 17,      ///< a person: traders of the scope are told to do something
  on_stale = 18,       ///< the configuration lets orders out while no sidecar runs
};
inline constexpr Action last_action = Action::on_stale;

[[nodiscard]] std::string_view action_word(Action action) noexcept;

/// What a gate is after `action`, where it closes one: these are the latches that
/// the latch file holds. TRADING for the others.
[[nodiscard]] constexpr GateState state_after(Action action) noexcept {
  switch (action) {
    case Action::kill:
      return GateState::killed;
    case Action::trip:
    case Action::hold:
    case Action::halt:
      return GateState::halted;
    case Action::reduce:
    case Action::hold_reduced:
    case Action::block_entries:
      return GateState::reduce_only;
    default:
      return GateState::trading;
  }
}
[[nodiscard]] constexpr bool is_latch(Action action) noexcept {
  return state_after(action) != GateState::trading;
}

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

  [[nodiscard]] std::string_view author() const noexcept {
    return rule.empty() ? actor.view() : rule.view();
  }
};

/// Seconds from a record, where anything may stand: what is no duration lasts for
/// ever.
[[nodiscard]] constexpr std::chrono::nanoseconds duration_of(double seconds) noexcept {
  constexpr double for_ever = 1e9;
  const double known = seconds > 0 && seconds < for_ever ? seconds : for_ever;
  return std::chrono::nanoseconds{static_cast<std::int64_t>(known * 1e9)};
}

/// What the traders of a scope are told to do, beside an entry.
struct DirectiveWish {
  std::optional<DirectiveKind> kind;  ///< nothing: they are told nothing
  ParameterText parameters;
  ShortReasonText why;       ///< for the trader's own log
  std::uint64_t ticket = 0;  ///< of the command that asked; 0: a rule
};

/// One line of history.
struct Entry {
  Action action = Action::refused;
  ScopeText scope;
  Cause cause;
  std::chrono::nanoseconds wall{};
};

/// Whether a latch is there until a person arms.
[[nodiscard]] inline bool needs_arming(const Entry& latch) noexcept {
  return latch.action == Action::kill || latch.action == Action::hold ||
         latch.action == Action::hold_reduced ||
         (latch.action == Action::halt && !(latch.cause.value > 0));
}

}  // namespace outrider::protection
