// SPDX-License-Identifier: Apache-2.0
// The decider's latches: kills, a person's halts, and the arming that lifts them.
#include <algorithm>

#include "protection/protection.hpp"

namespace outrider::protection {

Change Protection::scope_change(ScopeId id, Action action, const Cause& cause,
                                const Now& now) const noexcept {
  const Scope& scope = scopes_[id];
  return {{action, scope.name, cause, now.wall}, false, id, scope.killed, false, false};
}

void Protection::kill(ScopeId id, const Cause& cause, const Now& now) noexcept {
  id = widened(id);
  Scope& scope = scopes_[id];
  const bool later_cause = scope.killed;
  ++scope.kills;
  if (!scope.killed) {
    scope.killed = true;
    scope.is_carried = false;
    ++scope.latches;
    scope.cause = cause;
    scope.since_wall = now.wall;
  }
  scope.causes.add(GateState::killed, cause.author());
  Change change = scope_change(id, Action::kill, cause, now);
  change.journal_only = later_cause;
  note(change);
}

void Protection::halt(ScopeId id, const Cause& cause, const Now& now) noexcept {
  id = widened(id);
  Scope& scope = scopes_[id];
  const auto until = cause.value > 0 ? now.steady + duration_of(cause.value) : Halt::until_armed;
  const bool lasts_longer = !scope.halt.in_force || until > scope.halt.until_steady;
  ++scope.kills;
  if (!scope.halt.in_force) scope.halt = {true, cause, now.steady, now.wall, until, 0};
  scope.halt.until_steady = std::max(scope.halt.until_steady, until);
  scope.causes.add(GateState::halted, cause.author());
  Change change = scope_change(id, Action::halt, cause, now);
  change.in_force = true;
  change.journal_only = scope.killed || !lasts_longer;
  note(change);
}

void Protection::end_halt(ScopeId id, const Now& now) noexcept {
  Scope& scope = scopes_[id];
  if (!scope.halt.in_force) return;
  const auto left = scope.halt.until_steady - now.steady;
  constexpr std::chrono::nanoseconds minute = std::chrono::minutes(1);
  const bool ends = scope.halt.until_steady != Halt::until_armed;
  scope.halt.minutes_left =
      ends ? static_cast<std::uint32_t>((left + minute - std::chrono::nanoseconds(1)) / minute) : 0;
  if (left.count() > 0) return;
  scope.halt.in_force = false;
  Change change = scope_change(id, Action::clear, {{}, {}, "the halt's time is over", 0}, now);
  change.journal_only = scope.killed;
  change.in_force = false;
  note(change);
}

void Protection::direct(ScopeId id, const DirectiveWish& wish, const Cause& cause,
                        const Now& now) noexcept {
  Change change = scope_change(id, Action::directive, cause, now);
  change.journal_only = true;
  change.directive = wish;
  note(change);
}

bool Protection::needs_arming(ScopeId id) const noexcept {
  const Scope& scope = scopes_[id];
  if (scope.killed || scope.halt.in_force) return true;
  for (std::size_t i = 0; i < breakers_.size(); ++i) {
    if (breakers_[i].scope() == id && breakers_[i].is_held()) return true;
  }
  return false;
}

ArmAnswer Protection::may_arm(ScopeId id, std::uint64_t& kills_seen) const noexcept {
  const Scope& scope = scopes_[id];
  kills_seen = scope.kills;
  const bool unarmed = id == global_id && !armed_;
  if (!unarmed && !needs_arming(id)) return ArmAnswer::nothing_to_arm;
  for (std::size_t i = 0; i < breakers_.size(); ++i) {
    const Breaker& breaker = breakers_[i];
    if (breaker.scope() == id && breaker.is_held() && breaker.firing())
      return ArmAnswer::still_firing;
  }
  return scope.kill_requested != nullptr ? ArmAnswer::still_firing : ArmAnswer::done;
}

ArmAnswer Protection::arm(ScopeId id, std::uint64_t kills_seen, const Cause& cause,
                          const Now& now) noexcept {
  std::uint64_t kills = 0;
  const ArmAnswer may = may_arm(id, kills);
  if (may != ArmAnswer::done) return may;
  if (kills != kills_seen) return ArmAnswer::killed_again;
  Scope& scope = scopes_[id];
  scope.killed = scope.halt.in_force = false;
  if (id == global_id) {
    armed_ = true;
    armed_since_wall_ = now.wall;
  }
  Change change = scope_change(id, Action::arm, cause, now);
  change.journalled = true;
  note(change);
  scope.closed_by = nullptr;
  for (std::size_t i = 0; i < breakers_.size(); ++i) {
    Breaker& breaker = breakers_[i];
    if (breaker.scope() != id) continue;
    note_over(breaker, static_cast<BreakerId>(i), breaker.release(now), now);
    consider(breaker);
  }
  scope.causes.settle(closed_state(scope));
  return ArmAnswer::done;
}

bool Protection::arm_at_start(const Now& now) noexcept {
  if (armed_) return false;
  armed_ = true;
  armed_since_wall_ = now.wall;
  Change change = scope_change(global_id, Action::arm_at_start, {}, now);
  change.journalled = true;
  note(change);
  return true;
}

}  // namespace outrider::protection
