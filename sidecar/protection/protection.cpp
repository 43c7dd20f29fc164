// SPDX-License-Identifier: Apache-2.0
#include "protection/protection.hpp"

namespace outrider::protection {
namespace {

constexpr ScopeId global_id = 0;
constexpr ScopeId overflow_id = 1;
constexpr std::string_view overflow_name = "(no room)";
constexpr std::string_view overflow_reason =
    "more scopes than the table holds, or a scope name that is too long or malformed";

}  // namespace

Protection::Protection() {
  changes_.reserve(2 * (max_scopes + max_breakers));
  add_scope(global_scope);
  scopes_[add_scope(overflow_name)].never_opens = true;
}

ScopeId Protection::add_scope(std::string_view name) {
  scopes_.next().name.assign(name);
  const auto id = static_cast<ScopeId>(scopes_.publish());
  scope_ids_.emplace(name, id);
  return id;
}

ScopeId Protection::widened(ScopeId id) noexcept {
  return id == overflow_id ? global_id : id;
}

ScopeId Protection::scope(std::string_view name) {
  if (!scope_problem(name).empty()) return overflow_id;
  const std::scoped_lock lock(registration_);
  const auto known = scope_ids_.find(std::string(name));
  if (known != scope_ids_.end()) return known->second;
  return scopes_.full() ? overflow_id : add_scope(name);
}

std::optional<ScopeId> Protection::find_scope(std::string_view name) const {
  const std::scoped_lock lock(registration_);
  const auto known = scope_ids_.find(std::string(name));
  if (known == scope_ids_.end() || known->second == overflow_id) return std::nullopt;
  return known->second;
}

std::optional<BreakerId> Protection::breaker(BreakerSpec spec) {
  spec.scope = widened(spec.scope);
  const std::string key = std::to_string(spec.scope) +
                          (spec.action == BreakerAction::kill ? " kill " : " halt ") +
                          std::string(RuleText(spec.rule).view());
  const std::scoped_lock lock(registration_);
  const auto known = breaker_ids_.find(key);
  if (known != breaker_ids_.end()) {
    breakers_[known->second].set_times(spec);
    return known->second;
  }
  if (breakers_.full()) return std::nullopt;
  breakers_.next().name(spec);
  breakers_.next().set_times(spec);
  const auto id = static_cast<BreakerId>(breakers_.publish());
  breaker_ids_.emplace(key, id);
  return id;
}

void Protection::restore(const InitialState& initial, const Now& now) {
  armed_ = initial.armed;
  unarmed_reason_.assign(initial.unarmed_reason);
  armed_since_wall_ = initial.armed ? initial.armed_since : now.wall;
  for (const Entry& entry : initial.killed) {
    const ScopeId id = scope_to_act_on(entry.scope.view());
    Scope& latched = scopes_[id];
    latched.killed = true;
    latched.kills = 1;
    latched.latches = 1;
    latched.cause = entry.cause;
    latched.since_wall = entry.wall;
    note({entry, false, id, true, false, true});
  }
  for (const Entry& entry : initial.halted) {
    const auto id = breaker({entry.cause.rule.view(),
                             scope(entry.scope.view()),
                             BreakerAction::halt,
                             config::BreakerConfig{}.cooldown,
                             {}});
    if (!id) continue;
    breakers_[*id].restore_halted(entry.cause, entry.wall, now);
    note({entry, true, *id, true, false, true});
  }
  tick(now);  // so that verdicts hold before the first pass
}

void Protection::note(const Change& change) noexcept {
  ++revision_;
  if (changes_.size() < changes_.capacity()) changes_.push_back(change);
}

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
    ++scope.latches;
    scope.cause = cause;
    scope.since_wall = now.wall;
  }
  Change change = scope_change(id, Action::kill, cause, now);
  change.later_cause = later_cause;
  note(change);
}

ArmAnswer Protection::may_arm(ScopeId id, std::uint64_t& kills_seen) const noexcept {
  const Scope& scope = scopes_[id];
  kills_seen = scope.kills;
  const bool unarmed = id == global_id && !armed_;
  if (!scope.killed && !unarmed) return ArmAnswer::nothing_to_arm;
  return scope.kill_requested != nullptr ? ArmAnswer::still_firing : ArmAnswer::done;
}

ArmAnswer Protection::arm(ScopeId id, std::uint64_t kills_seen, const Cause& cause,
                          const Now& now) noexcept {
  std::uint64_t kills = 0;
  const ArmAnswer may = may_arm(id, kills);
  if (may != ArmAnswer::done) return may;
  if (kills != kills_seen) return ArmAnswer::killed_again;
  scopes_[id].killed = false;
  if (id == global_id) {
    armed_ = true;
    armed_since_wall_ = now.wall;
  }
  Change change = scope_change(id, Action::arm, cause, now);
  change.journalled = true;
  note(change);
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

void Protection::pull_kill_switch(Breaker& breaker, const Now& now) noexcept {
  Scope& scope = scopes_[breaker.scope()];
  breaker.count_trip();
  if (scope.killed && breaker.noted_latch() == scope.latches) {
    ++scope.kills;  // an alert that comes and goes must not fill the journal
    return;
  }
  kill(breaker.scope(), Cause{RuleText(breaker.rule()), {}, {}, breaker.last_value()}, now);
  breaker.set_noted_latch(scope.latches);
}

void Protection::apply(Breaker& breaker, BreakerId id, const Now& now) noexcept {
  const Breaker::Change change = breaker.tick(now);
  Scope& scope = scopes_[breaker.scope()];
  if (change == Breaker::Change::tripped) {
    note({{Action::trip, scope.name, breaker.cause(), now.wall}, true, id, true, false, false});
  } else if (change == Breaker::Change::cleared) {
    const Cause cause{breaker.cause().rule, {}, {}, breaker.last_value()};
    note({{Action::clear, scope.name, cause, now.wall}, true, id, false, false, false});
  }
  if (breaker.action() == BreakerAction::kill && breaker.firing()) {
    scope.kill_requested = &breaker;
    if (breaker.fired_now() || !scope.killed) pull_kill_switch(breaker, now);
  }
  const bool first =
      scope.halted_by == nullptr || breaker.since_wall() < scope.halted_by->since_wall();
  if (breaker.state() == GateState::halted && first) scope.halted_by = &breaker;
}

void Protection::tick(const Now& now) noexcept {
  const std::size_t scope_count = scopes_.size();
  for (std::size_t id = 0; id < scope_count; ++id) {
    scopes_[id].halted_by = nullptr;
    scopes_[id].kill_requested = nullptr;
  }
  // Read after the scopes were counted, so a breaker's scope may be newer than
  // that count; its two pointers are null from birth then.
  const std::size_t breaker_count = breakers_.size();
  for (std::size_t id = 0; id < breaker_count; ++id) {
    apply(breakers_[id], static_cast<BreakerId>(id), now);
  }
}

GateState Protection::state_of(ScopeId id) const noexcept {
  const Scope& scope = scopes_[id];
  if (scope.killed) return GateState::killed;
  if (scope.never_opens || (id == global_id && !armed_)) return GateState::unarmed;
  return scope.halted_by != nullptr ? GateState::halted : GateState::trading;
}

Verdict Protection::describe(ScopeId id, GateState state) const noexcept {
  const Scope& scope = scopes_[id];
  const std::string_view name = scope.name.view();
  switch (state) {
    case GateState::killed:
      return {state,
              name,
              scope.cause.rule.view(),
              scope.cause.actor.view(),
              scope.cause.reason.view(),
              scope.since_wall};
    case GateState::halted:
      return {state,
              name,
              scope.halted_by->rule(),
              {},
              scope.halted_by->cause().reason.view(),
              scope.halted_by->since_wall()};
    case GateState::unarmed:
      return {state,
              name,
              {},
              {},
              scope.never_opens ? overflow_reason : unarmed_reason_.view(),
              armed_since_wall_};
    default:
      return {state, name, {}, {}, {}, {}};
  }
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
  return describe(worst_id, worst);
}

std::vector<std::optional<BreakerId>> bind_alert(Protection& protection,
                                                 const config::ProtectionConfig& policy,
                                                 std::string_view alert, const ScopeOf& scope_of) {
  std::vector<std::optional<BreakerId>> bound;
  const auto bind = [&](const std::string& scope, BreakerSpec spec) {
    spec.rule = alert;
    spec.scope = scope_of(scope);
    bound.push_back(protection.breaker(spec));
  };
  for (const config::BreakerConfig& each : policy.breakers) {
    if (each.alert != alert || each.action == config::BreakerAction::alert) continue;
    const bool kills = each.action == config::BreakerAction::kill;
    bind(each.scope, {{},
                      0,
                      kills ? BreakerAction::kill : BreakerAction::halt,
                      each.cooldown,
                      policy.quiet_period});
  }
  for (const config::KillSwitchConfig& each : policy.kill_switch) {
    if (each.alert == alert) bind(each.scope, {{}, 0, BreakerAction::kill, {}, {}});
  }
  return bound;
}

}  // namespace outrider::protection
