// SPDX-License-Identifier: Apache-2.0
#include "publication.hpp"

#include <thread>

#include "promql/labels.hpp"
#include "promql/matcher.hpp"
#include "rules/summary_fields.hpp"

namespace outrider {

using namespace std::chrono_literals;

namespace {

/// Between two looks whether the guard has answered, which it does once a pass: up to 10 ms.
constexpr auto look_again = 500us;

}  // namespace

Publication::Publication(std::shared_ptr<const PublicationNames> from)
    : names{std::move(from)},
      producers(names->producers.size()),
      gates(names->gates.size()),
      alerts(names->alerts.size()),
      trips(names->trips.size()),
      recorded(names->recorded.size()),
      rules(names->rules.size()),
      recordings(names->first_recorded.size()) {
  snapshot.schema = names->schema;
  snapshot.values.resize(names->schema->value_count);
  snapshot.present.resize(names->schema->value_count);
}

void Exchange::set_names(std::shared_ptr<const PublicationNames> names) {
  const std::lock_guard guard{names_mutex_};
  names_ = std::move(names);
}

std::shared_ptr<const Publication> Exchange::ask(std::chrono::milliseconds patience) {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  // No longer than its patience for another asker either, who may have a lower priority.
  std::unique_lock one_at_a_time{askers_, std::try_to_lock};
  while (!one_at_a_time.owns_lock()) {
    if (std::chrono::steady_clock::now() >= give_up) return nullptr;
    std::this_thread::sleep_for(look_again);
    one_at_a_time.try_lock();
  }
  while (std::chrono::steady_clock::now() < give_up) {
    std::shared_ptr<const PublicationNames> names;
    {
      const std::lock_guard guard{names_mutex_};
      names = names_;
    }
    if (names == nullptr) return last_;
    pending_ = std::make_shared<Publication>(names);
    // sync(publication-ask): release, pairs with Exchange::wanted. The memory to
    // fill is there before the request.
    state_.store(asked, std::memory_order_release);
    // sync(publication-answer): acquire, pairs with Exchange::answered.
    int state = asked;
    while ((state = state_.load(std::memory_order_acquire)) == asked || state == filling) {
      if (std::chrono::steady_clock::now() >= give_up) {
        int expected = asked;
        // relaxed: taking our own request back; the guard has not begun.
        if (state_.compare_exchange_strong(expected, idle, std::memory_order_relaxed)) return last_;
      }
      std::this_thread::sleep_for(look_again);
    }
    if (state == done) return last_ = pending_;
    std::this_thread::sleep_for(
        1ms);  // sized for a plan that the guard does not run yet, or any more
  }
  return last_;
}

Publication* Exchange::wanted(const PublicationNames* names) noexcept {
  int expected = asked;
  // sync(publication-ask): acquire, pairs with Exchange::ask.
  if (!state_.compare_exchange_strong(expected, filling, std::memory_order_acquire)) return nullptr;
  if (pending_->names.get() == names) return pending_.get();
  // sync(publication-answer): release, pairs with Exchange::ask.
  state_.store(unfit, std::memory_order_release);
  return nullptr;
}

void Exchange::answered() noexcept {
  // sync(publication-answer): release, pairs with Exchange::ask. All is filled in.
  state_.store(done, std::memory_order_release);
}

nanoseconds wall_of(const Publication& publication, nanoseconds steady) {
  return publication.wall - (publication.steady - steady);
}

namespace {

void add_producers(const Publication& publication, outputs::Status& status) {
  std::array<std::uint64_t, drain::loss_causes> lost{};
  for (std::size_t i = 0; i < publication.producers.size(); ++i) {
    const auto& name = publication.names->producers[i];
    const auto& [state, totals, lanes] = publication.producers[i];
    std::uint64_t lost_here = 0;
    for (std::size_t cause = 0; cause < lost.size(); ++cause) {
      lost_here += totals.lost[cause];
      lost[cause] += totals.lost[cause];
    }
    status.producers.push_back({name.name, std::string{to_string(state)}, name.pid, name.generation,
                                lanes, name.series, totals.recorded, totals.drained, totals.in_ring,
                                totals.spilled, lost_here});
    status.recorded += totals.recorded;
    status.drained += totals.drained;
    status.spilled += totals.spilled;
  }
  for (std::size_t cause = 0; cause < lost.size(); ++cause) {
    status.lost.push_back(
        {std::string{to_string(static_cast<drain::LossCause>(cause))}, lost[cause]});
  }
}

void add_gates(const Publication& publication, outputs::Status& status) {
  for (std::size_t i = 0; i < publication.gates.size(); ++i) {
    const auto& name = publication.names->gates[i];
    const auto& gate = publication.gates[i];
    status.gates.push_back({name.producer, name.gate, name.labels,
                            std::string{to_string(gate.state)}, std::string{gate.reason.view()},
                            std::string{gate.scope.view()}, gate.since_wall_ms});
  }
}

std::int64_t wall_ms(const Publication& publication, nanoseconds steady) {
  return wall_of(publication, steady) / 1ms;
}

void add_alerts(const Publication& publication, outputs::Status& status) {
  for (std::size_t i = 0; i < publication.alerts.size(); ++i) {
    const auto& name = publication.names->alerts[i];
    const auto& alert = publication.alerts[i];
    const bool has_time = alert.since != nanoseconds{};
    status.alerts.push_back({name.name, name.labels, std::string{rules::state_name(alert.state)},
                             alert.value, has_time ? wall_ms(publication, alert.since) : 0});
  }
}

void add_checks(const Publication& publication, outputs::Status& status) {
  for (const auto& name : publication.names->checks) {
    outputs::CheckStatus check{.check = name.check, .labels = name.labels};
    if (name.recorded && publication.recorded[*name.recorded].present) {
      check.value = publication.recorded[*name.recorded].value;
      check.health = aggregate::health_of(*check.value);
    }
    // Beyond the room there is no recording.
    if (name.recording < publication.recordings.size()) {
      const rules::RuleStatus& rule = publication.recordings[name.recording];
      if (rule.evaluations != 0) check.age = publication.steady - rule.last_evaluation;
    }
    status.checks.push_back(std::move(check));
  }
}

void add_evaluations(const std::vector<rules::RuleStatus>& rules, outputs::Status& status) {
  for (const rules::RuleStatus& rule : rules) {
    status.rule_evaluations += rule.evaluations;
    status.rule_evaluation_failures += rule.failures;
  }
}

}  // namespace

std::vector<alerts::Observed> to_observed(const Publication& publication) {
  std::vector<alerts::Observed> all;
  for (std::size_t i = 0; i < publication.alerts.size(); ++i) {
    const auto& name = publication.names->alerts[i];
    const auto& alert = publication.alerts[i];
    all.push_back({publication.names->rule_set, name.rule, name.instance, alert.state, alert.value,
                   wall_of(publication, alert.since)});
  }
  return all;
}

std::vector<alerts::FieldValue> to_field_values(const Publication& publication) {
  std::vector<alerts::FieldValue> values;
  for (std::size_t i = publication.names->first_field; i < publication.recorded.size(); ++i) {
    if (!publication.recorded[i].present) continue;
    aggregate::Labels labels = promql::drop_name(publication.names->recorded[i]);
    alerts::FieldValue value{std::string{promql::label_value(labels, rules::summary_label)},
                             std::string{promql::label_value(labels, rules::field_label)},
                             {},
                             publication.recorded[i].value};
    std::erase_if(labels, [](const auto& each) {
      return each.first == rules::summary_label || each.first == rules::field_label;
    });
    value.labels = std::move(labels);
    values.push_back(std::move(value));
  }
  return values;
}

outputs::Status to_status(const Publication& publication) {
  outputs::Status status;
  status.now = wall_ms(publication, publication.steady);
  add_producers(publication, status);
  add_gates(publication, status);
  add_alerts(publication, status);
  add_checks(publication, status);
  for (std::size_t i = 0; i < publication.trips.size(); ++i) {
    const auto& [scope, rule] = publication.names->trips[i];
    status.trips.push_back({scope, rule, publication.trips[i], 0});
  }
  add_evaluations(publication.rules, status);
  add_evaluations(publication.recordings, status);
  return status;
}

}  // namespace outrider
