// SPDX-License-Identifier: Apache-2.0
#include "rules/engine.hpp"

#include <algorithm>
#include <utility>

namespace outrider::rules {

namespace {

/// What makes a rule the same rule after a reload.
std::vector<std::string> identity(const AlertRule& rule) {
  std::vector<std::string> key{rule.group, rule.name, rule.expression};
  for (const auto& [name, text] : rule.labels) {
    key.push_back(name);
    key.push_back(text.text());
    key.push_back(text.expand({}, 0));  // what it takes from external labels
  }
  return key;
}

/// The labels a receiver sees: the result's without the metric's name, then the
/// rule's, then the alert's name, each over the one before.
aggregate::Labels alert_labels(const AlertRule& rule, const aggregate::Labels& source) {
  aggregate::Labels labels = promql::drop_name(source);
  for (const auto& [name, text] : rule.labels) {
    promql::set_label(labels, name, text.expand(source, 0));
  }
  promql::set_label(labels, "alertname", rule.name);
  return labels;
}

}  // namespace

std::unique_ptr<Plan> Engine::prepare(std::shared_ptr<const RuleSet> rules,
                                      const aggregate::Schema& schema,
                                      const std::function<bool(const AlertRule&)>& every_pass,
                                      const std::vector<Selector>& watched) {
  ++generation_;
  promql::SeriesIndex series{schema};
  std::unique_ptr<Plan> plan{new Plan};
  plan->first_recorded_ = schema.value_count;
  bind_recordings(*plan, *rules, series);
  for (const Selector& selector : watched) {
    auto& found = plan->watched_.emplace_back();
    for (const aggregate::Series* each : series.select(selector)) found.push_back(*each);
  }
  std::size_t most_transitions = 0;
  for (const RuleGroup& group : rules->groups) {
    const std::string scope = scope_of(group);
    StoredClock& clock = clocks_[scope + ';' + std::to_string(group.interval.count())];
    clock.generation = generation_;
    plan->groups_.push_back({group.interval, clock.clock, plan->rules_.size(), group.rules.size(),
                             group.first_recording, group.recording_count});
    for (const AlertRule& rule : group.rules) {
      plan->rules_.push_back(
          bind_rule(rule, stored_rule(rule), {series, histories_, scope, group.interval}));
      BoundRule& bound = plan->rules_.back();
      bound.every_pass_ = every_pass && every_pass(rule);
      for (const std::size_t read : rule.reads) {
        if (bound.every_pass_) plan->recordings_[read].every_pass_ = true;
      }
      most_transitions += bound.instances_.size() + 1;
    }
  }
  plan->transitions_.reserve(most_transitions);
  plan->rule_set_ = std::move(rules);
  forget_unused();
  return plan;
}

/// Two rules that are the same in all that counts are told apart by their order.
Engine::StoredRule& Engine::stored_rule(const AlertRule& rule) {
  std::vector<std::string> key = identity(rule);
  while (rules_[key].generation == generation_) key.emplace_back("again");
  rules_[key].generation = generation_;
  return rules_[key];
}

BoundRule Engine::bind_rule(const AlertRule& rule, StoredRule& stored,
                            const promql::BindContext& context) {
  std::size_t unserved = 0;
  promql::BindContext asking = context;
  asking.unserved = &unserved;
  BoundRule bound{promql::bind(*rule.expr, asking)};
  bound.unserved_ = unserved;
  bound.rule_ = &rule;
  bound.status_ = stored.status;
  bind_instances(bound, stored);
  keep_active_orphans(bound, stored);
  bound.met_.assign(bound.instances_.size(), 0);
  return bound;
}

void Engine::bind_instances(BoundRule& bound, StoredRule& stored) {
  std::map<aggregate::Labels, std::uint32_t> index;
  for (const aggregate::Labels& source : bound.expr_.labels()) {
    aggregate::Labels labels = alert_labels(*bound.rule_, source);
    const auto next = static_cast<std::uint32_t>(bound.instances_.size());
    const auto [place, added] = index.try_emplace(labels, next);
    bound.instance_of_slot_.push_back(place->second);
    if (!added) continue;
    StoredInstance& kept = stored.instances[labels];
    if (!kept.instance) {
      kept.instance = std::make_shared<AlertInstance>();
      kept.instance->labels = std::move(labels);
      kept.instance->source_labels = source;
    }
    kept.generation = stored.generation;
    bound.instances_.push_back(kept.instance);
  }
  std::vector<bool> is_blind(bound.instances_.size());
  for (std::size_t slot = 0; slot < bound.instance_of_slot_.size(); ++slot) {
    if (bound.expr_.is_blind(slot)) is_blind[bound.instance_of_slot_[slot]] = true;
  }
  for (std::size_t i = 0; i < is_blind.size(); ++i) {
    if (is_blind[i]) bound.blind_instances_.push_back(bound.instances_[i]);
  }
}

/// An alert whose series left the schema must still resolve. It is given up one
/// plan after it came to rest: until then an older plan may yet fire it.
void Engine::keep_active_orphans(BoundRule& bound, StoredRule& stored) {
  for (auto entry = stored.instances.begin(); entry != stored.instances.end();) {
    const StoredInstance& kept = entry->second;
    const std::size_t plans_without = stored.generation - kept.generation;
    // relaxed: see Plan::observe.
    if (plans_without > 1 && kept.instance->at_rest.load(std::memory_order_relaxed)) {
      entry = stored.instances.erase(entry);
      continue;
    }
    if (plans_without > 0) bound.instances_.push_back(kept.instance);
    ++entry;
  }
}

void Engine::forget_unused() {
  std::erase_if(rules_, [&](const auto& entry) { return entry.second.generation != generation_; });
  std::erase_if(recordings_,
                [&](const auto& entry) { return entry.second.generation != generation_; });
  std::erase_if(clocks_, [&](const auto& entry) { return entry.second.generation != generation_; });
  histories_.sweep();
}

}  // namespace outrider::rules
