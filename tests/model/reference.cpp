// SPDX-License-Identifier: Apache-2.0
#include "model/reference.hpp"

#include <algorithm>

namespace outrider::model {
namespace {

constexpr Seconds quarter_of_an_hour = 900;
constexpr Seconds ten_minutes = 600;

}  // namespace

Seconds Rule::cooldown_now() const {
  Seconds doubled = cooldown;
  for (unsigned i = 0; i < failed_probings; ++i) {
    if (doubled < quarter_of_an_hour) doubled = std::min(doubled * 2, quarter_of_an_hour);
  }
  return doubled;
}

// ---------------------------------------------------------------- commands

void Reference::kill(const std::string& scope, const std::string& who) {
  Scope& it = scopes[scope];
  ++it.closings;
  if (!it.killed) {
    it.killed = true;
    it.killed_by = who;
    it.written_down.clear();
  }
  list(scope, GateState::killed, who);
}

void Reference::halt(const std::string& scope, const std::string& who, Seconds seconds,
                     Seconds now) {
  Scope& it = scopes[scope];
  ++it.closings;
  std::optional<Seconds> until;
  if (seconds > 0) until = now + seconds;
  if (!it.halted) {
    it.halted = true;
    it.halted_by = who;
    it.halted_since = now;
    it.halted_until = until;
  } else if (!until || !it.halted_until) {
    it.halted_until.reset();
  } else {
    it.halted_until = std::max(*until, *it.halted_until);
  }
  list(scope, GateState::halted, who);
}

bool Reference::may_arm(const std::string& scope, unsigned& closings) {
  const Scope& it = scopes[scope];
  closings = it.closings;
  bool anything = it.killed || it.halted || (scope == "global" && !armed);
  for (const Rule& rule : rules) {
    if (rule.scope != scope) continue;
    if (rule.held) anything = true;
    if (rule.fired && (rule.held || rule.kind == Kind::kills)) return false;
  }
  return anything;
}

bool Reference::arm(const std::string& scope, unsigned closings, Seconds now) {
  unsigned closings_now = 0;
  if (!may_arm(scope, closings_now) || closings_now != closings) return false;
  Scope& it = scopes[scope];
  it.killed = false;
  it.halted = false;
  if (scope == "global") armed = true;
  for (Rule& rule : rules) {
    if (rule.scope != scope || !rule.held) continue;
    rule.held = false;
    begin_probing(rule, now);
  }
  settle_list(scope);
  return true;
}

// ------------------------------------------------------------------ a pass

void Reference::pass(const Events& events, Seconds now) {
  for (auto& [name, it] : scopes) {
    if (it.halted && it.halted_until && now >= *it.halted_until) it.halted = false;
  }
  for (Rule& rule : rules) {
    const Signal signal = events.signals.at(rule.name);
    switch (rule.kind) {
      case Kind::kills:
        pass_kill(rule, signal);
        break;
      case Kind::blocks_entries:
        pass_block(rule, signal, events.wins.at(rule.name), now);
        break;
      case Kind::halts:
      case Kind::reduces:
        pass_breaker(rule, signal, events.probes.at(rule.scope), now);
    }
    rule.fired = signal == Signal::firing;
  }
  for (auto& [name, it] : scopes) settle_list(name);
}

void Reference::pass_kill(Rule& rule, Signal signal) {
  if (signal != Signal::firing) return;
  Scope& it = scopes[rule.scope];
  const bool begins = !rule.fired;
  if (!begins && it.killed) return;
  ++rule.trips;
  std::vector<std::string>& known = it.written_down;
  if (it.killed && std::find(known.begin(), known.end(), rule.name) != known.end()) {
    ++it.closings;  // not news, but an arming must not be older
    return;
  }
  kill(rule.scope, rule.name);
  it.written_down.push_back(rule.name);
}

void Reference::pass_block(Rule& rule, Signal signal, bool win, Seconds now) {
  const bool begins = signal == Signal::firing && !rule.fired;
  const bool wins_now = win && !rule.win_fired;
  rule.win_fired = win;
  if (begins) {
    ++rule.trips;
    rule.last_fired_anew = now;
    if (rule.state == GateState::trading) {
      rule.state = GateState::reduce_only;
      rule.since = now;
      list(rule.scope, GateState::reduce_only, rule.name);
    }
    return;
  }
  if (rule.state == GateState::trading) return;
  const bool quiet = signal == Signal::clear || signal == Signal::no_data;
  if (wins_now || (quiet && now >= rule.last_fired_anew + rule.cooldown)) {
    rule.state = GateState::trading;
    rule.since = now;
  }
}

void Reference::pass_breaker(Rule& rule, Signal signal, unsigned probes, Seconds now) {
  const bool against = signal == Signal::firing || signal == Signal::pending;
  if (rule.state == GateState::trading) {
    if (signal == Signal::firing) trip(rule, now);
    return;
  }
  if (rule.state == GateState::probing) {
    if (signal == Signal::firing) return trip(rule, now);
    const bool counts = probes > 0 && rule.probes_spent < rule.probes_given;
    if (counts) rule.probes_spent = std::min(rule.probes_spent + probes, rule.probes_given);
    if (against || counts) rule.last_against = now;
    if (!against && now - rule.last_against >= rule.window) {
      rule.state = GateState::trading;
      rule.since = now;
    }
    return;
  }
  if (against) {
    rule.last_against = now;
  } else if (!rule.held && now >= rule.since + rule.cooldown_now() &&
             now >= rule.last_against + rule.quiet) {
    begin_probing(rule, now);
  }
}

void Reference::trip(Rule& rule, Seconds now) {
  if (rule.state == GateState::probing) {
    ++rule.failed_probings;
  } else if (now - rule.since >= quarter_of_an_hour) {
    rule.failed_probings = 0;
  }
  rule.state = rule.kind == Kind::reduces ? GateState::reduce_only : GateState::halted;
  rule.since = rule.last_against = now;
  rule.held = !rule.auto_rearm;
  ++rule.trips;
  rule.trips_remembered.push_back(now);
  list(rule.scope, rule.state, rule.name);
  if (rule.held) ++scopes[rule.scope].closings;

  const auto lately = std::count_if(rule.trips_remembered.begin(), rule.trips_remembered.end(),
                                    [&](Seconds when) { return when >= now - ten_minutes; });
  if (rule.trips_to_kill > 0 && lately >= rule.trips_to_kill) {
    rule.trips_remembered.clear();
    kill(rule.scope, rule.name);
  }
}

void Reference::begin_probing(Rule& rule, Seconds now) {
  rule.since = now;
  if (rule.probes == 0) {
    rule.state = GateState::trading;
    return;
  }
  rule.state = GateState::probing;
  rule.last_against = now;
  rule.probes_given = rule.probes;
  rule.probes_spent = 0;
  std::uint32_t newest = 0;
  for (const auto& [name, it] : scopes) newest = std::max(newest, it.epoch);
  scopes[rule.scope].epoch = newest + 1;
}

// ------------------------------------------------------ what people are told

void Reference::list(const std::string& scope, GateState state, const std::string& who) {
  Scope& it = scopes[scope];
  if (state > it.listed) {
    it.listed = state;
    it.also.clear();
  } else {
    it.also.push_back(who);
  }
}

void Reference::settle_list(const std::string& scope) {
  Scope& it = scopes[scope];
  if (closed(scope) >= it.listed) return;
  it.listed = closed(scope);
  it.also.clear();
}

GateState Reference::closed(const std::string& scope) {
  if (scopes[scope].killed) return GateState::killed;
  if (scopes[scope].halted) return GateState::halted;
  for (const GateState state : {GateState::halted, GateState::reduce_only, GateState::probing}) {
    if (closed_by(scope, state) != nullptr) return state;
  }
  return GateState::trading;
}

const Rule* Reference::closed_by(const std::string& scope, GateState state) const {
  const Rule* first = nullptr;
  for (const Rule& rule : rules) {
    if (rule.scope != scope || rule.state != state) continue;
    if (first == nullptr || rule.since < first->since) first = &rule;
  }
  return first;
}

bool Reference::by_person(const std::string& scope) {
  const Scope& it = scopes[scope];
  const Rule* rule = closed_by(scope, GateState::halted);
  return it.halted && (rule == nullptr || it.halted_since <= rule->since);
}

GateState Reference::state(const std::string& scope) {
  const bool unarmed = scope == "global" && !armed;
  return std::max(closed(scope), unarmed ? GateState::unarmed : GateState::trading);
}

std::string Reference::cause(const std::string& scope) {
  const GateState now = state(scope);
  if (now == GateState::killed) return scopes[scope].killed_by;
  if (now == GateState::halted && by_person(scope)) return scopes[scope].halted_by;
  const Rule* rule = closed_by(scope, now);
  return rule == nullptr ? "" : rule->name;
}

unsigned Reference::minutes_left(const std::string& scope, Seconds now) {
  const auto minutes = [&](Seconds until) {
    return static_cast<unsigned>(std::max<Seconds>((until - now + 59) / 60, 1));
  };
  const Scope& it = scopes[scope];
  const GateState is = state(scope);
  unsigned last = 0;
  if (is == GateState::halted && it.halted) {
    if (!it.halted_until) return 0;
    last = minutes(*it.halted_until);
  }
  for (const Rule& rule : rules) {
    if (rule.scope != scope || rule.state != is) continue;
    if (rule.kind != Kind::blocks_entries) return 0;
    last = std::max(last, minutes(rule.last_fired_anew + rule.cooldown));
  }
  return last;
}

unsigned Reference::minutes_left(const std::vector<std::string>& of, Seconds now) {
  GateState worst = GateState::trading;
  for (const std::string& scope : of) worst = std::max(worst, state(scope));
  unsigned last = 0;
  for (const std::string& scope : of) {
    if (state(scope) != worst) continue;
    const unsigned left = minutes_left(scope, now);
    if (left == 0) return 0;
    last = std::max(last, left);
  }
  return last;
}

shm::Allowance Reference::allowance(const std::vector<std::string>& of) {
  shm::Allowance all{0, 0};
  bool first = true;
  for (const std::string& scope : of) {
    all.epoch = std::max(all.epoch, scopes[scope].epoch);
    for (const Rule& rule : rules) {
      if (rule.scope != scope || rule.state != GateState::probing) continue;
      all.probes = first ? rule.probes_given : std::min(all.probes, rule.probes_given);
      first = false;
    }
  }
  return all;
}

}  // namespace outrider::model
