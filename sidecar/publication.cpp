// SPDX-License-Identifier: Apache-2.0
#include "publication.hpp"

#include <thread>

namespace outrider {

using namespace std::chrono_literals;

Publication::Publication(std::shared_ptr<const PublicationNames> from)
    : names{std::move(from)},
      producers(names->producers.size()),
      gates(names->gates.size()),
      alerts(names->alerts.size()),
      trips(names->trips.size()) {
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
    std::this_thread::sleep_for(100us);
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
      std::this_thread::sleep_for(100us);
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

/// A steady time as Unix time, by the pair of clocks of the publication.
nanoseconds wall_of(const Publication& publication, nanoseconds steady) {
  return publication.wall - (publication.steady - steady);
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

outputs::Status to_status(const Publication& publication) {
  outputs::Status status;
  status.now = wall_ms(publication, publication.steady);
  add_producers(publication, status);
  add_gates(publication, status);
  add_alerts(publication, status);
  for (std::size_t i = 0; i < publication.trips.size(); ++i) {
    const auto& [scope, rule] = publication.names->trips[i];
    status.trips.push_back({scope, rule, publication.trips[i], 0});
  }
  status.rule_evaluations = publication.evaluations;
  status.rule_evaluation_failures = publication.failures;
  return status;
}

}  // namespace outrider
