// SPDX-License-Identifier: Apache-2.0
// What the decider's scopes make a gate: the most restrictive wins, with its cause.
#include <algorithm>

#include "protection/protection.hpp"

namespace outrider::protection {
namespace {

constexpr std::string_view overflow_reason =
    "more scopes than the table holds, or a scope name that is too long or malformed";

}  // namespace

GateState Protection::closed_state(const Scope& scope) noexcept {
  if (scope.killed) return GateState::killed;
  if (scope.halt.in_force) return GateState::halted;
  return scope.closed_by != nullptr ? scope.closed_by->state() : GateState::trading;
}

GateState Protection::state_of(ScopeId id) const noexcept {
  const Scope& scope = scopes_[id];
  const bool unarmed = scope.never_opens || (id == global_id && !armed_);
  return std::max(closed_state(scope), unarmed ? GateState::unarmed : GateState::trading);
}

std::uint32_t Protection::minutes_left(const Scope& scope, GateState state) noexcept {
  const bool by_breaker = scope.closed_by != nullptr && scope.closed_by->state() == state;
  const bool by_halt = scope.halt.in_force && state == GateState::halted;
  if (state > GateState::halted || !(by_breaker || by_halt)) return 0;
  if (!by_halt) return scope.minutes_left;
  return by_breaker ? last_to_end(scope.halt.minutes_left, scope.minutes_left)
                    : scope.halt.minutes_left;
}

bool Protection::is_by_halt(const Scope& scope, GateState state) noexcept {
  if (!scope.halt.in_force || state != GateState::halted) return false;
  const Breaker* other = scope.closed_by;
  return other == nullptr || other->state() != GateState::halted ||
         scope.halt.since_steady <= other->since_steady();
}

Verdict Protection::describe(ScopeId id, GateState state) const noexcept {
  const Scope& scope = scopes_[id];
  Verdict verdict;
  verdict.state = state;
  verdict.scope = scope.name.view();
  const auto by = [&](const Cause& cause, std::chrono::nanoseconds since) {
    verdict.rule = cause.rule.view();
    verdict.actor = cause.actor.view();
    verdict.reason = cause.reason.view();
    verdict.since_wall = since;
    verdict.also = scope.causes.named();
    verdict.also_count = scope.causes.count();
  };
  if (state == GateState::killed) {
    by(scope.cause, scope.since_wall);
  } else if (state == GateState::unarmed) {
    verdict.reason = scope.never_opens ? overflow_reason : unarmed_reason_.view();
    verdict.since_wall = armed_since_wall_;
  } else if (is_by_halt(scope, state)) {
    by(scope.halt.cause, scope.halt.since_wall);
  } else if (state != GateState::trading) {
    by(scope.closed_by->cause(), scope.closed_by->since_wall());
  }
  return verdict;
}

Verdict Protection::verdict(std::span<const ScopeId> scopes) const noexcept {
  if (scopes.empty()) return {GateState::unarmed, {}, {}, {}, "a gate without scopes", {}};
  ScopeId worst_id = scopes.front();
  GateState worst = state_of(worst_id);
  for (const ScopeId id : scopes.subspan(1)) {
    const GateState state = state_of(id);
    if (state <= worst) continue;
    worst = state;
    worst_id = id;
  }
  Verdict verdict = describe(worst_id, worst);
  if (worst == GateState::trading) return verdict;
  verdict.minutes_left = minutes_left(scopes_[worst_id], worst);
  for (const ScopeId id : scopes) {
    if (state_of(id) != worst) continue;
    verdict.minutes_left = last_to_end(verdict.minutes_left, minutes_left(scopes_[id], worst));
  }
  if (worst == GateState::probing) verdict.allowance = allowance(scopes);
  return verdict;
}

// The smallest of those that probe; the epoch is the newest that any of the scopes
// has had, so that it never goes back to one of which something was spent.
shm::Allowance Protection::allowance(std::span<const ScopeId> scopes) const noexcept {
  shm::Allowance all{0, shm::most_probes};
  for (const ScopeId id : scopes) {
    const Scope& scope = scopes_[id];
    all.epoch = std::max(all.epoch, scope.probe_epoch);
    all.probes = std::min(all.probes, scope.allowance);
  }
  return all;
}

}  // namespace outrider::protection
