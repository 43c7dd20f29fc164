// SPDX-License-Identifier: Apache-2.0
// The other half of the discovery thread's work: a plan out of what was found.
#include <algorithm>

#include "planner.hpp"
#include "promql/matcher.hpp"
#include "protection/bind_alert.hpp"
#include "protection/scope.hpp"

namespace outrider {
namespace {

/// A group that decides over gates is looked at this much oftener than its
/// interval says, so that a trip waits a tenth of it and not all of it.
constexpr int looks_per_interval = 10;

constexpr nanoseconds patience_for_orders = std::chrono::seconds{5};

/// The same for the same labels, whatever stands before and after them.
std::uint64_t hash_of(const aggregate::Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) text += name + '\x01' + value + '\x02';
  return std::hash<std::string>{}(text);
}

}  // namespace

bool Planner::has_consequence(const rules::AlertRule& rule) const {
  return protection::has_consequence(policy_, rule.name);
}

// The living first: a name that only history has must not keep out a series that a
// rule needs now. Of these whoever has lived longest, so that nobody who comes later
// takes a name that is in use.
std::vector<const std::pair<const std::string, Planner::Known>*> Planner::by_seniority() const {
  std::vector<const std::pair<const std::string, Known>*> all;
  for (const auto& each : producers_) all.push_back(&each);
  std::stable_sort(all.begin(), all.end(), [](const auto* a, const auto* b) {
    const bool a_lives = !a->second.segments.empty();
    const bool b_lives = !b->second.segments.empty();
    if (a_lives != b_lives) return a_lives;
    return a_lives && a->second.lives_since < b->second.lives_since;
  });
  return all;
}

Planner::Shortfalls Planner::add_values(Plan& plan) {
  std::vector<ProducerRuntime*> producers;
  for (auto& [name, each] : producers_) {
    producers.push_back(each.producer.get());
    plan.producers.push_back(
        {each.producer.get(), each.binding, each.producer->histograms.by_row(), nullptr});
    // A generation that is retired keeps its last series, but its gates are gone.
    if (each.segments.empty()) continue;
    for (const auto& [slot, gate] : each.gates) {
      plan.gates.push_back(gate);
      choose_on_stale(*gate);
    }
  }
  aggregate::ValuesBuilder builder{producer_label_};
  std::vector<std::string> refusals;
  for (const auto* named : by_seniority()) {
    const Known& each = named->second;
    builder.add(
        {named->first, each.producer->drainer.get(), &each.producer->histograms, each.binding},
        refusals);
  }
  for (const auto& board : outside_) {
    for (const auto& each : board) builder.add_outside(each, refusals);
  }
  for (const std::string& why : refusals) refused(why, parts_.facts.series_refused);
  find_orders(plan, builder);
  std::set<const ProducerRuntime*> watched;
  for (const PlannedProducer& each : plan.producers) {
    if (!each.orders.empty()) watched.insert(each.producer);
  }
  plan.own = std::make_unique<OwnSeries>(
      builder, OwnSeries::Subjects{producers, watched, plan.gates, parts_.protection, *rules_});
  plan.values = builder.build();
  return builder.shortfalls();
}

void Planner::choose_on_stale(const GateRuntime& gate) const {
  const auto chosen = protection::on_stale(
      policy_, protection::gate_scopes(gate.producer->name, gate.name, gate.labels));
  std::atomic<std::uint64_t>& stored = gate.segment->control.gate(gate.slot).on_stale;
  // relaxed: a setting on its own; the discovery thread alone stores it. It lies on the
  // trader's line, which is left alone where nothing changes.
  if (stored.load(std::memory_order_relaxed) == static_cast<std::uint64_t>(chosen)) return;
  stored.store(static_cast<std::uint64_t>(chosen), std::memory_order_relaxed);
}

std::unique_ptr<Plan> Planner::make_plan() {
  auto plan = std::make_unique<Plan>();
  plan->lease = policy_.lease;
  plan->on_stale_latch = policy_.on_stale_latch;
  plan->host_scope = parts_.protection.scope_to_act_on(protection::host_scope);
  plan->directive_timeout = policy_.directive_timeout;
  plan->escalation = policy_.escalation;
  plan->rule_set = rules_;
  const Shortfalls shortfalls = add_values(*plan);
  const auto decides = [this](const rules::AlertRule& rule) { return has_consequence(rule); };
  plan->rules = engine_.prepare(rules_, *plan->values->schema(), decides, analytics_selectors());
  feed_analytics(*plan);
  plan->rule_need = nanoseconds::max();
  for (const auto& group : rules_->groups) {
    if (std::any_of(group.rules.begin(), group.rules.end(), decides)) {
      plan->rule_need = std::min(plan->rule_need, group.interval / looks_per_interval);
    }
  }
  link_alerts(*plan);
  for (const auto& gate : plan->gates) {
    for (const protection::ScopeId scope : gate->scopes) {
      if (scope >= plan->gated.size()) plan->gated.resize(scope + 1U);
      plan->gated[scope] = true;
    }
  }
  add_judges(*plan);
  add_uncertain_judges(*plan, shortfalls);
  name_publication(*plan);
  return plan;
}

// By the label that names the producer: without it nobody's orders are told apart, and
// the configuration is refused.
void Planner::find_orders(Plan& plan, const aggregate::ValuesBuilder& builder) {
  const auto counters = builder.counters(policy_.escalation.orders);
  for (PlannedProducer& planned : plan.producers) {
    for (const auto& counter : counters) {
      if (counter.producer != planned.producer->name) continue;
      planned.orders.push_back(counter.value);
      planned.orders_basis += hash_of(*counter.labels);
    }
    producers_.at(planned.producer->name).counts_orders = !planned.orders.empty();
  }
}

// It registers its series one by one: what is not there at once may come.
void Planner::warn_of_uncounted_orders(const Known& each, nanoseconds now) {
  const std::string& orders = policy_.escalation.orders;
  const bool has_gates = !each.segments.empty() && !each.gates.empty();
  if (orders.empty() || each.counts_orders || !has_gates) return;
  if (now - each.lives_since.first < patience_for_orders) return;
  refused("producer " + each.producer->name + ": found no counter " + orders +
              " of it; needed one to see orders through a kill: nobody watches for them; register "
              "it, or correct protection.escalation.orders",
          parts_.facts.series_refused);
}

void Planner::link_alerts(Plan& plan) {
  for (const rules::BoundRule& rule : plan.rules->rules()) {
    for (const auto& instance : rule.instances()) {
      AlertLink link{instance.get(), &rule, {}, {}};
      const std::string& alert = rule.rule().name;
      const auto scope_of = [&](const std::string& policy_scope) {
        return acting_scope(alert, policy_scope, instance->labels);
      };
      const auto bound = protection::bind_alert(parts_.protection, policy_, alert, scope_of);
      const auto take = [&](const auto& ids, std::vector<protection::BreakerId>& to) {
        for (const auto& id : ids) {
          if (id) {
            to.push_back(*id);
          } else {
            plan.grants_nothing = true;
            refused("alert " + alert +
                        ": found no room for another circuit breaker; needed fewer; no gate is "
                        "granted; use scopes with fewer values",
                    parts_.facts.series_refused);
          }
        }
      };
      take(bound.trips, link.breakers);
      take(bound.clears, link.clears);
      if (!link.breakers.empty() || !link.clears.empty()) plan.links.push_back(std::move(link));
    }
  }
}

// The scope that an alert's labels name. What a producer has made up beyond its share
// acts on the producer as a whole, unless a gate of another producer has named it.
protection::ScopeId Planner::acting_scope(const std::string& alert, const std::string& policy_scope,
                                          const aggregate::Labels& labels) {
  const std::string name = protection::alert_scope(policy_scope, labels);
  const std::string owner{promql::label_value(labels, producer_label_)};
  const std::string instead =
      producers_.contains(owner) ? "producer=" + owner : std::string{protection::global_scope};
  const bool is_given = name == policy_scope || name == instead || name == protection::global_scope;
  if (is_given || has_room_for_alert(alert, name, owner))
    return parts_.protection.scope_to_act_on(name);
  refused(
      "alert " + alert + " of " + (owner.empty() ? "no producer" : "producer " + owner) +
          ": found its labels to name more scopes than there is room for; needed fewer; further "
          "ones act on " +
          instead + "; use labels with fewer values",
      parts_.facts.scopes_refused);
  return parts_.protection.scope_to_act_on(instead);
}

bool Planner::has_room_for_alert(const std::string& alert, const std::string& scope,
                                 const std::string& owner) {
  if (!protection::scope_problem(scope).empty()) return true;  // global, as ever
  const auto named = scopes_named_.find(scope);
  if (named == scopes_named_.end()) {
    if (!scopes_.take(owner, 1)) return false;
    scopes_named_.emplace(scope, no_gates);
  } else if (named->second != no_gates && named->second != owner) {
    return true;  // too narrow would not be safe; these are as many as others' gates
  }
  if (alerts_charged_.contains({alert, scope})) return true;
  if (!breakers_.take(owner, 1)) return false;
  alerts_charged_.emplace(alert, scope);
  return true;
}

void Planner::add_judges(Plan& plan) {
  for (const rules::BoundRule& rule : plan.rules->rules()) {
    const auto scopes = protection::policy_scopes(policy_, rule.rule().name);
    if (!scopes.empty()) add_judge(plan, rule, scopes);
  }
}

// Two judges at most: one that fails with its evaluation, over all that the rule
// can trip, and one over the series that it cannot see.
void Planner::add_judge(Plan& plan, const rules::BoundRule& rule,
                        const std::vector<std::string>& policy_scopes) {
  const auto judge = [&](const std::string& reason, bool is_blind) {
    return Judge{&rule, {}, is_blind, protection::ReasonText{reason}};
  };
  const auto watch = [&](Judge& over, const aggregate::Labels& labels) {
    for (const std::string& scope : policy_scopes)
      over.scopes.push_back(acting_scope(rule.rule().name, scope, labels));
  };
  const std::string name = "rule " + rule.rule().name;
  Judge all = judge(name + " cannot be evaluated, so it protects nothing", false);
  for (const auto& instance : rule.instances()) watch(all, instance->labels);
  if (rule.instances().empty()) watch(all, {});
  plan.judges.push_back(std::move(all));
  if (rule.unserved() == 0) return;
  Judge blind = judge(name + " has no room to watch this, so it protects nothing", true);
  for (const auto& instance : rule.blind_instances()) watch(blind, instance->labels);
  refused(name + ": found no room for the history of " + std::to_string(rule.unserved()) +
              " series; needed some; the gates that it watches over are not granted; shorten its "
              "range or match fewer series",
          parts_.facts.series_refused);
  plan.judges.push_back(std::move(blind));
}

// A producer whose series a rule with a consequence would select, but does not see as
// it was meant: the rule goes on for all others, this one's gates are not granted.
void Planner::add_uncertain_judges(Plan& plan, const Shortfalls& shortfalls) {
  for (const auto& [producer, shortfall] : shortfalls) {
    if (!producers_.contains(producer)) continue;  // a probe's: it has no gates
    for (const rules::BoundRule& rule : plan.rules->rules()) {
      if (!has_consequence(rule.rule())) continue;
      const auto& names = shortfall.uncertain;
      const auto name = std::find_if(names.begin(), names.end(), [&](const std::string& each) {
        return plan.rules->selects(rule, each);
      });
      if (name == names.end()) continue;
      plan.judges.push_back(
          {&rule,
           {parts_.protection.scope_to_act_on("producer=" + producer)},
           true,
           protection::ReasonText{"rule " + rule.rule().name + " does not see " + *name}});
    }
  }
}

void Planner::name_publication(Plan& plan) {
  auto names = std::make_shared<PublicationNames>();
  names->schema = plan.values->schema();
  names->rule_set = plan.rule_set;
  for (const PlannedProducer& planned : plan.producers) {
    PublicationNames::ProducerName name{planned.producer->name, 0, 0, 0};
    if (planned.binding != nullptr) {
      name.pid = planned.binding->segment->telemetry.header.pid;
      name.generation = planned.binding->segment->generation();
      name.series = planned.binding->series.size();
    }
    names->producers.push_back(std::move(name));
  }
  for (const auto& gate : plan.gates)
    names->gates.push_back({gate->producer->name, gate->name, gate->labels});
  for (const rules::BoundRule& rule : plan.rules->rules()) {
    names->rules.push_back(&rule.rule());
    for (const auto& instance : rule.instances())
      names->alerts.push_back({rule.rule().name, instance->labels, &rule.rule(), instance});
  }
  for (const rules::BoundRecording& recording : plan.rules->recordings()) {
    const auto labels = recording.labels();
    names->first_recorded.push_back(names->recorded.size());
    names->recorded.insert(names->recorded.end(), labels.begin(), labels.end());
  }
  const std::size_t fields = plan.rule_set->field_count;
  names->first_field = fields == 0
                           ? names->recorded.size()
                           : *(names->first_recorded.end() - static_cast<std::ptrdiff_t>(fields));
  for (std::size_t id = 0; id < parts_.protection.breaker_count(); ++id) {
    const auto& breaker = parts_.protection.breaker_at(static_cast<protection::BreakerId>(id));
    names->trips.emplace_back(parts_.protection.scope_name(breaker.scope()), breaker.rule());
  }
  name_checks(plan, *names);
  plan.names = std::move(names);
}

}  // namespace outrider
