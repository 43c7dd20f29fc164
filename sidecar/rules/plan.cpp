// SPDX-License-Identifier: Apache-2.0
#include "rules/plan.hpp"

#include <algorithm>

namespace outrider::rules {

AlertState BoundRule::state() const noexcept {
  AlertState gravest = status_->no_data ? AlertState::no_data : AlertState::inactive;
  for (const auto& instance : instances_) {
    if (instance->state == AlertState::firing) return AlertState::firing;
    if (instance->state == AlertState::pending) gravest = AlertState::pending;
  }
  return gravest;
}

std::chrono::nanoseconds Plan::shortest_interval() const noexcept {
  const auto shortest =
      std::min_element(groups_.begin(), groups_.end(),
                       [](const auto& a, const auto& b) { return a.interval < b.interval; });
  return shortest == groups_.end() ? std::chrono::nanoseconds{} : shortest->interval;
}

void Plan::evaluate(const aggregate::ValueSource& source, std::chrono::nanoseconds now,
                    std::chrono::nanoseconds wall) noexcept {
  const Moment moment{source, now, wall};
  transitions_.clear();
  for (const BoundGroup& group : groups_) {
    const bool due = take_due(group, now);
    for (std::size_t i = 0; i < group.rule_count; ++i) {
      BoundRule& rule = rules_[group.first_rule + i];
      if (due || rule.every_pass_) evaluate_rule(rule, moment);
    }
  }
}

bool Plan::take_due(const BoundGroup& group, std::chrono::nanoseconds now) noexcept {
  std::optional<std::chrono::nanoseconds>& next = group.clock->next_due;
  if (next && now < *next) return false;
  // On the grid while evaluations keep up, so that the interval holds on
  // average; a new grid after a pause, so that none is made up for.
  const bool on_grid = next && now - *next < group.interval;
  next = (on_grid ? *next : now) + group.interval;
  return true;
}

void Plan::evaluate_rule(BoundRule& rule, const Moment& moment) noexcept {
  const std::chrono::nanoseconds now = moment.now;
  RuleStatus& status = *rule.status_;
  ++status.evaluations;
  status.last_evaluation = now;
  const bool evaluated = rule.expr_.evaluate(moment.source, now, moment.wall);
  status.error = evaluated ? gather(rule) : rule.expr_.error();
  if (status.error) {
    // As in Prometheus the alerts stay as they were; but it must show.
    ++status.failures;
    return set_no_data(rule, true, now);
  }
  const bool any = std::any_of(rule.met_.begin(), rule.met_.end(), [](auto met) { return met; });
  const bool no_data = !any && !rule.expr_.has_data();
  observe(rule, no_data, now);
  set_no_data(rule, no_data, now);
}

/// Results to alerts: who is met, and with what value. Returns an error if two
/// results are one alert.
const char* Plan::gather(BoundRule& rule) noexcept {
  std::fill(rule.met_.begin(), rule.met_.end(), std::uint8_t{0});
  for (std::size_t slot = 0; slot < rule.instance_of_slot_.size(); ++slot) {
    if (!rule.expr_.present(slot)) continue;
    const std::uint32_t index = rule.instance_of_slot_[slot];
    if (rule.met_[index]) return "two results have the same labels once the rule's are applied";
    rule.met_[index] = 1;
  }
  for (std::size_t slot = 0; slot < rule.instance_of_slot_.size(); ++slot) {
    if (!rule.expr_.present(slot)) continue;
    rule.instances_[rule.instance_of_slot_[slot]]->value = rule.expr_.value(slot);
  }
  return nullptr;
}

void Plan::observe(BoundRule& rule, bool no_data, std::chrono::nanoseconds now) noexcept {
  const Condition otherwise = no_data ? Condition::unknown : Condition::clear;
  for (std::size_t i = 0; i < rule.instances_.size(); ++i) {
    AlertInstance& instance = *rule.instances_[i];
    const AlertState before = instance.state;
    const bool was_active = instance.is_active();
    instance.timing = rule.rule_->timing;
    instance.observe(rule.met_[i] ? Condition::met : otherwise, now);
    // relaxed: a hint; the discovery thread waits one more plan before it acts.
    instance.at_rest.store(!instance.is_active(), std::memory_order_relaxed);
    if (instance.state == before || (!was_active && !instance.is_active())) continue;
    transitions_.push_back(
        {&rule, rule.instances_[i], before, instance.state, now, instance.value});
  }
}

void Plan::set_no_data(BoundRule& rule, bool no_data, std::chrono::nanoseconds now) noexcept {
  if (rule.status_->no_data == no_data) return;
  rule.status_->no_data = no_data;
  const AlertState without = AlertState::inactive;
  transitions_.push_back({&rule, nullptr, no_data ? without : AlertState::no_data,
                          no_data ? AlertState::no_data : without, now, 0});
}

}  // namespace outrider::rules
