// SPDX-License-Identifier: Apache-2.0
#include "protection/protection.hpp"

#include <algorithm>

#include "config/config.hpp"

namespace outrider::protection {
namespace {

constexpr ScopeId overflow_id = 1;
constexpr std::string_view overflow_name = "(no room)";

/// Breakers of one rule and scope with the same word are one.
const char* key_word(BreakerAction action) {
  if (action == BreakerAction::kill) return " kill ";
  return action == BreakerAction::block ? " block " : " halt ";
}

}  // namespace

Protection::Protection() {
  // Of a breaker in one pass at most: a trip, a wish, a kill.
  changes_.reserve(3 * (max_scopes + max_breakers));
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
  const std::string key =
      std::to_string(spec.scope) + key_word(spec.action) + std::string(RuleText(spec.rule).view());
  const std::scoped_lock lock(registration_);
  const auto known = breaker_ids_.find(key);
  if (known != breaker_ids_.end()) {
    breakers_[known->second].set_policy(spec);
    return known->second;
  }
  if (breakers_.full()) return std::nullopt;
  breakers_.next().name(spec);
  breakers_.next().set_policy(spec);
  take_trips_before(breakers_.next());
  const auto id = static_cast<BreakerId>(breakers_.publish());
  breaker_ids_.emplace(key, id);
  return id;
}

/// With the registration's lock held.
void Protection::take_trips_before(Breaker& breaker) {
  const auto before = trips_before_.find(
      {std::string{scopes_[breaker.scope()].name.view()}, std::string{breaker.rule()}});
  if (before == trips_before_.end()) return;
  breaker.begin_day(before->second + breaker.trips_today());
  trips_before_.erase(before);  // a rule may have a second breaker on the scope
}

void Protection::begin_day(std::chrono::nanoseconds began, bool ours) {
  const std::scoped_lock lock(registration_);
  day_ = began;
  trips_before_.clear();
  for (std::size_t id = 0; id < breakers_.size(); ++id) {
    breakers_[id].begin_day(ours ? breakers_[id].trips() : 0);
  }
}

void Protection::restore_trips(std::chrono::nanoseconds day, TripCounts counts) {
  const std::scoped_lock lock(registration_);
  if (day != day_) return;
  trips_before_ = std::move(counts);
  for (std::size_t id = 0; id < breakers_.size(); ++id) take_trips_before(breakers_[id]);
}

void Protection::restore(const InitialState& initial, const Now& now) {
  armed_ = initial.armed;
  unarmed_reason_.assign(initial.unarmed_reason);
  armed_since_wall_ = initial.armed ? initial.armed_since : now.wall;
  for (const Entry& entry : initial.killed) {
    const ScopeId id = scope_to_act_on(entry.scope.view());
    Scope& latched = scopes_[id];
    latched.killed = latched.is_carried = true;
    latched.kills = 1;
    latched.latches = 1;
    latched.cause = entry.cause;
    latched.since_wall = entry.wall;
    latched.causes.add(GateState::killed, entry.cause.author());
    note({entry, false, id, true, false, true});
  }
  // So that an allowance of an earlier sidecar is not taken for one of this one.
  last_epoch_ = static_cast<std::uint32_t>(now.steady / std::chrono::seconds(1)) & shm::epoch_mask;
  for (const Entry& entry : initial.halted) restore_closed(entry, now);
  tick(now);  // so that verdicts hold before the first pass
}

void Protection::restore_closed(const Entry& entry, const Now& now) {
  Change change{entry, true, 0, true, false, true};
  if (entry.action == Action::halt) {
    change.is_breaker = false;
    change.id = scope_to_act_on(entry.scope.view());
    Scope& scope = scopes_[change.id];
    change.journal_only = scope.killed;  // the kill keeps the slot
    const bool ends = entry.cause.value > 0;
    scope.halt = {true,
                  entry.cause,
                  now.steady,
                  entry.wall,
                  ends ? now.steady + duration_of(entry.cause.value) : Halt::until_armed,
                  0};
    ++scope.kills;
    scope.causes.add(GateState::halted, entry.cause.author());
  } else {
    const config::ProtectionConfig defaults;
    const bool blocks = entry.action == Action::block_entries;
    BreakerSpec spec{entry.cause.rule.view(), scope(entry.scope.view())};
    spec.scope = widened(spec.scope);
    spec.action = blocks ? BreakerAction::block : BreakerAction::halt;
    spec.cooldown = blocks ? duration_of(entry.cause.value) : config::BreakerConfig{}.cooldown;
    spec.success_window = defaults.success_window;
    spec.probes = defaults.probes;
    const auto id = breaker(spec);
    if (!id) return;
    breakers_[*id].restore(entry, now);
    scopes_[spec.scope].causes.add(state_after(entry.action), entry.cause.rule.view());
    change.id = *id;
  }
  note(change);
}

void Protection::note(const Change& change) noexcept {
  ++revision_;
  if (changes_.size() < changes_.capacity()) changes_.push_back(change);
}

void Protection::probed(std::span<const ScopeId> scopes, std::uint32_t probes) noexcept {
  for (const ScopeId id : scopes) scopes_[id].probes_spent += probes;
}

void Protection::pull_kill_switch(Breaker& breaker, const Now& now) noexcept {
  Scope& scope = scopes_[breaker.scope()];
  if (scope.killed && scope.is_carried && scope.cause.rule.view() == breaker.rule()) {
    scope.is_carried = false;  // it fired through the restart: the trip is counted and on record
    breaker.set_noted_latch(scope.latches);
    ++scope.kills;
    return;
  }
  breaker.count_trip();
  if (scope.killed && breaker.noted_latch() == scope.latches) {
    ++scope.kills;  // an alert that comes and goes must not fill the journal
    return;
  }
  kill(breaker.scope(), Cause{RuleText(breaker.rule()), {}, {}, breaker.last_value()}, now);
  breaker.set_noted_latch(scope.latches);
}

void Protection::note_tripped(const Breaker& breaker, BreakerId id, const Now& now) noexcept {
  Scope& scope = scopes_[breaker.scope()];
  Cause cause = breaker.cause();
  const Action action = breaker.trip_action();
  if (action == Action::block_entries) {
    cause.value = std::chrono::duration<double>(breaker.cooldown()).count();
  }
  scope.causes.add(breaker.state(), breaker.rule());
  if (breaker.is_held()) ++scope.kills;  // an arming that was decided before must not lift it
  note({{action, scope.name, cause, now.wall}, true, id, true, false, false});
  if (breaker.wishes_cancel_all()) {
    Change wish{{Action::cancel_all, scope.name, cause, now.wall}, true, id, true, true, false};
    wish.directive.kind = DirectiveKind::cancel_all;
    wish.directive.why = ShortReasonText{breaker.rule()};
    note(wish);
  }
}

void Protection::note_over(const Breaker& breaker, BreakerId id, Breaker::Change change,
                           const Now& now) noexcept {
  Scope& scope = scopes_[breaker.scope()];
  const Cause cause{breaker.cause().rule, {}, {}, breaker.last_value()};
  if (change == Breaker::Change::probing) {
    last_epoch_ = last_epoch_ == shm::epoch_mask ? 1 : last_epoch_ + 1;
    scope.probe_epoch = last_epoch_;
    // The latch stays written down: a restart finds it closed.
    note({{Action::probe, scope.name, cause, now.wall}, true, id, true, true, false});
  } else if (change == Breaker::Change::cleared) {
    const bool is_block = breaker.action() == BreakerAction::block;
    const Action action = is_block ? Action::unblock : Action::clear;
    note({{action, scope.name, cause, now.wall}, true, id, false, false, false});
  }
}

void Protection::apply(Breaker& breaker, BreakerId id, const Now& now) noexcept {
  Scope& scope = scopes_[breaker.scope()];
  const Breaker::Change change = breaker.tick(now, scope.probes_spent);
  const bool too_often = change == Breaker::Change::tripped_once_too_often;
  if (change == Breaker::Change::tripped || too_often) {
    note_tripped(breaker, id, now);
  } else {
    note_over(breaker, id, change, now);
  }
  if (too_often) {
    kill(breaker.scope(),
         {RuleText(breaker.rule()),
          {},
          "tripped too often within ten minutes",
          breaker.last_value()},
         now);
  }
  if (breaker.action() == BreakerAction::kill && breaker.firing()) {
    scope.kill_requested = &breaker;
    if (breaker.fired_now() || !scope.killed) pull_kill_switch(breaker, now);
  }
  consider(breaker);
}

/// Whether it is what people must be told of first.
void Protection::consider(const Breaker& breaker) noexcept {
  if (breaker.state() == GateState::trading) return;
  Scope& scope = scopes_[breaker.scope()];
  const Breaker* before = scope.closed_by;
  if (before == nullptr || breaker.state() > before->state()) {
    scope.closed_by = &breaker;
    scope.minutes_left = breaker.minutes_left();
  } else if (breaker.state() == before->state()) {
    if (breaker.since_steady() < before->since_steady()) scope.closed_by = &breaker;
    scope.minutes_left = last_to_end(scope.minutes_left, breaker.minutes_left());
  }
  if (breaker.state() == GateState::probing) {
    scope.allowance = std::min(scope.allowance, breaker.allowance());
  }
}

void Protection::tick(const Now& now) noexcept {
  const std::size_t scope_count = scopes_.size();
  for (std::size_t id = 0; id < scope_count; ++id) {
    Scope& scope = scopes_[id];
    scope.closed_by = nullptr;
    scope.kill_requested = nullptr;
    scope.allowance = shm::most_probes;
    end_halt(static_cast<ScopeId>(id), now);
  }
  // Read after the scopes were counted, so a breaker's scope may be newer than
  // that count; its two pointers are null from birth then.
  const std::size_t breaker_count = breakers_.size();
  for (std::size_t id = 0; id < breaker_count; ++id) {
    apply(breakers_[id], static_cast<BreakerId>(id), now);
  }
  for (std::size_t id = 0; id < scope_count; ++id) {
    Scope& scope = scopes_[id];
    scope.probes_spent = 0;
    scope.causes.settle(closed_state(scope));
  }
}

}  // namespace outrider::protection
