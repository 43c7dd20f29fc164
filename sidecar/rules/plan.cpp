// SPDX-License-Identifier: Apache-2.0
#include "rules/plan.hpp"

#include <algorithm>

#include "promql/selects.hpp"

namespace outrider::rules {

namespace {

constexpr std::chrono::nanoseconds look_again_for_data = std::chrono::seconds{1};

void count_change(RuleStatus& status, AlertState from, AlertState to) noexcept {
  if (from == AlertState::pending) --status.pending;
  if (from == AlertState::firing) --status.firing;
  if (to == AlertState::pending) ++status.pending;
  if (to == AlertState::firing) {
    ++status.firing;
    ++status.fired;
  }
}

}  // namespace

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
  transitions_.clear();
  const WithRecorded all{source, first_recorded_, recorded_};
  const Moment moment{recorded_.empty() ? source : all, now, wall};
  for (const BoundGroup& group : groups_) evaluate_group(group, moment);
}

/// In the order of the file, as in Prometheus: what is recorded further down is
/// seen as it was the time before.
void Plan::evaluate_group(const BoundGroup& group, const Moment& moment) noexcept {
  const bool due = take_due(group, moment.now);
  std::size_t next = group.first_recording;
  const std::size_t end = next + group.recording_count;
  for (std::size_t i = 0; i <= group.rule_count; ++i) {
    for (; next < end && recordings_[next].rule().alerts_before <= i; ++next) {
      BoundRecording& recording = recordings_[next];
      if (due || recording.every_pass_ || waits_for_data(recording, moment.now))
        evaluate_recording(recording, moment);
    }
    if (i == group.rule_count) break;
    BoundRule& rule = rules_[group.first_rule + i];
    if (due || rule.every_pass_) evaluate_rule(rule, moment);
  }
}

/// What has none yet need not be unknown for the rest of a long interval.
bool Plan::waits_for_data(const BoundRecording& recording, std::chrono::nanoseconds now) noexcept {
  const RuleStatus& status = recording.status();
  if (status.evaluations == 0) return true;
  return status.no_data && status.error == nullptr &&
         now - status.last_evaluation >= look_again_for_data;
}

/// Why what a rule is made of cannot be trusted; null: it can.
const char* Plan::error_in(const RecordingNumbers& recordings) const noexcept {
  for (const std::size_t number : recordings) {
    if (recordings_[number].status().error) return "a recording rule that it reads failed";
  }
  return nullptr;
}

void Plan::evaluate_recording(BoundRecording& recording, const Moment& moment) noexcept {
  RuleStatus& status = *recording.status_;
  ++status.evaluations;
  status.last_evaluation = moment.now;
  const bool evaluated = recording.expr_.evaluate(moment.source, moment.now, moment.wall);
  for (const auto& cell : recording.cells_) cell->present = false;
  status.error = error_in(recording.rule().reads);
  if (!status.error) status.error = evaluated ? record(recording) : recording.expr_.error();
  if (status.error) {
    ++status.failures;
    // Prometheus shows the last values for five minutes more; they may be untrue.
    for (const auto& cell : recording.cells_) cell->present = false;
  }
  status.no_data = status.error != nullptr || !recording.expr_.has_data();
  recording.recorded_->has_data = !status.no_data;
}

/// Results to recorded values. Returns an error if two results are one series.
const char* Plan::record(BoundRecording& recording) noexcept {
  for (std::size_t slot = 0; slot < recording.cell_of_slot_.size(); ++slot) {
    if (!recording.expr_.present(slot)) continue;
    RecordedCell& cell = *recording.cells_[recording.cell_of_slot_[slot]];
    if (cell.present) return "two results have the same labels once the rule's are applied";
    cell = {true, recording.expr_.value(slot)};
  }
  return nullptr;
}

bool Plan::selects(const BoundRule& rule, std::string_view name) const {
  const RecordingNumbers& reads = rule.rule().reads;
  return promql::selects(*rule.rule().expr, name) ||
         std::any_of(reads.begin(), reads.end(), [&](std::size_t number) {
           return promql::selects(*recordings_[number].rule().expr, name);
         });
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
  status.error = error_in(rule.rule().reads);
  if (!status.error) status.error = evaluated ? gather(rule) : rule.expr_.error();
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
    count_change(*rule.status_, before, instance.state);
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
