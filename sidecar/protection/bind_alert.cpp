// SPDX-License-Identifier: Apache-2.0
#include "protection/bind_alert.hpp"

#include <algorithm>

namespace outrider::protection {
namespace {

BreakerSpec spec_of(const config::BreakerConfig& each, const config::ProtectionConfig& policy) {
  BreakerSpec spec;
  if (each.action == config::BreakerAction::kill) {
    spec.action = BreakerAction::kill;
    return spec;
  }
  const bool reduces = each.action == config::BreakerAction::reduce_only;
  spec.action = reduces ? BreakerAction::reduce : BreakerAction::halt;
  spec.cancel_all = each.action == config::BreakerAction::halt_new_and_cancel_all;
  spec.cooldown = each.cooldown;
  spec.quiet_period = policy.quiet_period;
  spec.success_window = policy.success_window;
  spec.probes = each.probes.value_or(policy.probes);
  spec.trips_to_kill = each.trips_to_kill.value_or(policy.trips_to_kill);
  spec.auto_rearm = each.auto_rearm;
  return spec;
}

bool are_one(const BreakerSpec& a, const BreakerSpec& b) {
  const auto closes = [](BreakerAction action) {
    return action == BreakerAction::halt || action == BreakerAction::reduce;
  };
  return a.scope == b.scope && (a.action == b.action || (closes(a.action) && closes(b.action)));
}

/// Two lines for one alert may meet on one scope, such as `global` for want of
/// their labels: the stricter of each holds.
void merge(BreakerSpec& into, const BreakerSpec& other) {
  if (other.action == BreakerAction::halt) into.action = BreakerAction::halt;
  into.cooldown = std::max(into.cooldown, other.cooldown);
  into.auto_rearm = into.auto_rearm && other.auto_rearm;
  into.cancel_all = into.cancel_all || other.cancel_all;
}

}  // namespace

bool has_consequence(const config::ProtectionConfig& policy, std::string_view alert) {
  const auto names = [&](const auto& each) { return each.alert == alert; };
  return std::any_of(policy.breakers.begin(), policy.breakers.end(), names) ||
         std::any_of(policy.kill_switch.begin(), policy.kill_switch.end(), names) ||
         std::any_of(policy.entry_blocks.begin(), policy.entry_blocks.end(), [&](const auto& each) {
           return each.alert == alert || each.cleared_by == alert;
         });
}

std::vector<std::string> policy_scopes(const config::ProtectionConfig& policy,
                                       std::string_view alert) {
  std::vector<std::string> scopes;
  for (const auto& each : policy.breakers) {
    const bool acts = each.action != config::BreakerAction::alert;
    if (acts && each.alert == alert) scopes.push_back(each.scope);
  }
  const auto add = [&](const auto& each) {
    if (each.alert == alert) scopes.push_back(each.scope);
  };
  std::for_each(policy.kill_switch.begin(), policy.kill_switch.end(), add);
  std::for_each(policy.entry_blocks.begin(), policy.entry_blocks.end(), add);
  return scopes;
}

BoundAlert bind_alert(Protection& protection, const config::ProtectionConfig& policy,
                      std::string_view alert, const ScopeOf& scope_of) {
  std::vector<BreakerSpec> specs;
  const auto add = [&](BreakerSpec spec, const std::string& scope) {
    spec.rule = alert;
    spec.scope = scope_of(scope);
    const auto same = std::find_if(specs.begin(), specs.end(),
                                   [&](const BreakerSpec& each) { return are_one(each, spec); });
    if (same == specs.end()) {
      specs.push_back(spec);
    } else {
      merge(*same, spec);
    }
  };
  for (const config::BreakerConfig& each : policy.breakers) {
    if (each.alert == alert && each.action != config::BreakerAction::alert)
      add(spec_of(each, policy), each.scope);
  }
  for (const config::KillSwitchConfig& each : policy.kill_switch) {
    if (each.alert == alert) add({{}, 0, BreakerAction::kill}, each.scope);
  }
  BoundAlert bound;
  for (const config::EntryBlockConfig& each : policy.entry_blocks) {
    const BreakerSpec block{{}, 0, BreakerAction::block, each.duration};
    if (each.alert == alert) add(block, each.scope);
    if (each.cleared_by != alert) continue;
    BreakerSpec ended = block;
    ended.rule = each.alert;
    ended.scope = scope_of(each.scope);
    bound.clears.push_back(protection.breaker(ended));
  }
  for (const BreakerSpec& spec : specs) bound.trips.push_back(protection.breaker(spec));
  return bound;
}

OnStale on_stale(const config::ProtectionConfig& policy, const std::vector<std::string>& scopes) {
  std::optional<config::OnStale> chosen;
  for (const config::OnStaleConfig& each : policy.on_stale) {
    if (std::find(scopes.begin(), scopes.end(), each.scope) == scopes.end()) continue;
    chosen = std::min(chosen.value_or(each.action), each.action);
  }
  switch (chosen.value_or(config::OnStale::halt)) {
    case config::OnStale::keep_going:
      return OnStale::keep_going;
    case config::OnStale::reduce_only:
      return OnStale::reduce_only;
    case config::OnStale::halt:
      break;
  }
  return OnStale::halt;
}

}  // namespace outrider::protection
