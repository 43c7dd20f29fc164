// SPDX-License-Identifier: Apache-2.0
#include "recovery/recoverer.hpp"

#include <algorithm>
#include <optional>

#include "config/duration.hpp"
#include "protection/scope.hpp"

namespace outrider::recovery {
namespace {

/// Nothing where the alert does not say whose traders it is about: what a step does to all
/// of them is not safe.
std::optional<std::string> scope_of(const config::RecoveryConfig& config,
                                    const aggregate::Labels& labels) {
  std::string scope = protection::alert_scope(config.scope, labels);
  if (scope == protection::global_scope && config.scope != protection::global_scope)
    return std::nullopt;
  return scope;
}

/// While its condition holds again, or nobody can say, it has not ended.
Health health_of(rules::AlertState state) {
  if (state == rules::AlertState::firing) return Health::firing;
  return state == rules::AlertState::inactive ? Health::clear : Health::unknown;
}

}  // namespace

std::string name_of(const config::RecoveryStep& step) {
  using Kind = config::RecoveryStep::Kind;
  if (step.kind == Kind::halt) return "halt_new " + config::duration_text(step.halt);
  if (step.kind == Kind::exec) return "exec " + step.command.front();
  return "directive " + step.directive + (step.parameters.empty() ? "" : " " + step.parameters);
}

void Recoverer::configure(std::vector<config::RecoveryConfig> all) {
  std::vector<Recovery> fresh;
  for (config::RecoveryConfig& config : all) {
    const auto same = std::find_if(all_.begin(), all_.end(),
                                   [&](const Recovery& each) { return each.config == config; });
    if (same == all_.end()) {
      fresh.push_back({std::move(config), {}});
    } else {
      fresh.push_back(std::move(*same));
      all_.erase(same);
    }
  }
  all_ = std::move(fresh);
}

std::vector<Event> Recoverer::step(const std::vector<Seen>& alerts, const Now& now) {
  std::vector<Event> events;
  for (Recovery& recovery : all_) look(recovery, alerts, now, events);
  for (const Event& event : events) history_.push_front(event);
  while (history_.size() > most_events) history_.pop_back();
  return events;
}

void Recoverer::look(Recovery& recovery, const std::vector<Seen>& alerts, const Now& now,
                     std::vector<Event>& events) {
  std::map<std::string, Health> known;
  for (const Seen& seen : alerts) {
    if (seen.alert != recovery.config.alert) continue;
    const auto scope = scope_of(recovery.config, seen.labels);
    if (!scope) continue;
    Health& worst = known.try_emplace(*scope, Health::clear).first->second;
    worst = std::max(worst, health_of(seen.state));
  }
  for (const auto& [scope, health] : known) {
    if (health == Health::firing && recovery.scopes.size() < most_scopes)
      recovery.scopes.try_emplace(scope);
  }
  for (const auto& [scope, running] : recovery.scopes) {
    const auto found = known.find(scope);
    const Health health = found == known.end() ? Health::unknown : found->second;
    if (auto event = follow(recovery, scope, health, now)) events.push_back(std::move(*event));
  }
  std::erase_if(recovery.scopes,
                [&](const auto& each) { return each.second.chain.is_over(now.steady); });
}

/// What ended, if anything did.
std::optional<Event> Recoverer::follow(Recovery& recovery, const std::string& scope, Health health,
                                       const Now& now) {
  Running& running = recovery.scopes.at(scope);
  const config::RecoveryConfig& config = recovery.config;
  if (running.action != nullptr) {
    const auto outcome = running.action->look(now.steady);
    if (!outcome) return std::nullopt;
    running.action.reset();
    running.detail = outcome->detail;
    running.chain.acted(config, outcome->done, now.steady);
  }
  const Chain::Look found = running.chain.look(config, health, now.steady);
  std::optional<Event> event;
  if (found.ended) {
    const config::RecoveryStep& step = config.steps[found.ended->step];
    event = Event{now.wall,       config.alert,
                  scope,          found.ended->step + 1,
                  name_of(step),  found.ended->result,
                  running.detail, running.chain.state() == Chain::State::exhausted};
  }
  if (found.begin) running.action = begin_({config.steps[*found.begin], config.alert, scope});
  return event;
}

std::size_t Recoverer::exhausted() const {
  std::size_t count = 0;
  for (const Recovery& recovery : all_) {
    for (const auto& [scope, running] : recovery.scopes)
      count += running.chain.state() == Chain::State::exhausted ? 1 : 0;
  }
  return count;
}

}  // namespace outrider::recovery
