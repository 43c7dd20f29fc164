// SPDX-License-Identifier: Apache-2.0
// The right end of the guard's pass: what it tells the log, the pages and the
// traders' own view of the sidecar. Everything here is bounded and never waits.
#include <algorithm>

#include "guard.hpp"

namespace outrider {

using namespace std::chrono_literals;

namespace {

/// Trips that come so soon after the first close what it has closed.
constexpr nanoseconds one_breath = 1s;

GuardEvent event_of(GuardEvent::Kind kind, std::string_view state) noexcept {
  GuardEvent event;
  event.kind = kind;
  event.state = state.data();
  return event;
}

/// How rules and alerts stand, and what is recorded.
void copy_rules(const rules::Plan& plan, Publication& publication) noexcept {
  std::size_t next = 0;
  std::size_t number = 0;
  for (const rules::BoundRule& rule : plan.rules()) {
    publication.rules[number++] = rule.status();
    for (const auto& instance : rule.instances()) {
      const bool unknown = instance->state == rules::AlertState::inactive && rule.status().no_data;
      publication.alerts[next++] = {
          unknown ? rules::AlertState::no_data : instance->state, instance->value,
          instance->state == rules::AlertState::firing ? instance->fired_at : instance->active_at};
    }
  }
  number = 0;
  next = 0;
  for (const rules::BoundRecording& recording : plan.recordings()) {
    publication.recordings[number++] = recording.status();
    for (const auto& cell : recording.cells()) publication.recorded[next++] = *cell;
  }
}

}  // namespace

void Guard::tell_state(const ProducerRuntime& producer) noexcept {
  GuardEvent event = event_of(GuardEvent::Kind::producer, to_string(producer.state));
  event.subject = producer.name;
  parts_.queues.tell(event);
}

void Guard::tell_transitions() noexcept {
  for (const rules::Transition& transition : plan_->rules->transitions()) {
    parts_.queues.alerts.tell(
        alerts::RuleEvent{{plan_->rule_set, &transition.rule->rule(), transition.instance,
                           transition.to, transition.value, now_.wall},
                          now_.steady,
                          previous_pass_});
  }
}

void Guard::note_change(GateRuntime& gate) noexcept {
  const protection::Verdict& verdict = gate.verdict;
  const bool tripped = !verdict.rule.empty() && verdict.state >= GateState::reduce_only;
  gate.tripped = tripped ? shm::ticks(gate.segment->clock().kind) : Ticks{};
  if (tripped) {
    // Nothing stamps a value cell: it breached after it was last looked at. A sample
    // that breached came in this pass; the oldest of them may have waited longer.
    const std::uint64_t stamp = gate.producer->oldest_stamp;
    nanoseconds began = previous_pass_;
    if (stamp != no_stamp) {
      const shm::TickClock& clock = gate.segment->clock();
      const std::uint64_t age = clock.interval_ns(shm::ticks(clock.kind) - Ticks::from_raw(stamp));
      began = std::min(began, steady_now() - nanoseconds{static_cast<std::int64_t>(age)});
    }
    self_.trip_duration.add(std::max(steady_now() - began, nanoseconds{0}));
  }
  GuardEvent event = event_of(GuardEvent::Kind::gate, to_string(verdict.state));
  event.subject = parts_.protection.scope_name(gate.own_scope);
  event.scope = verdict.scope;
  event.rule = verdict.rule;
  protection::Verdict rest = verdict;
  rest.rule = {};
  event.reason = why(rest);
  parts_.queues.tell(event);
}

// Not of what closes no gate: those of its scope are closed already, which in a storm is
// the work of a moment ago. Where the trader has gone with its gates it is news all the same.
bool Guard::is_for_flight(const protection::Change& change) const noexcept {
  const protection::Entry& entry = change.entry;
  if (!protection::is_latch(entry.action) || change.journal_only || change.journalled) return false;
  if (entry.cause.rule.view() == config::drill_alert) return false;
  const protection::ScopeId scope =
      change.is_breaker ? parts_.protection.breaker_at(change.id).scope() : change.id;
  return now_.steady - closed_ <= one_breath || !plan_->has_gates(scope);
}

void Guard::note_first_refusal(GateRuntime& gate) noexcept {
  if (gate.tripped == Ticks{}) return;
  const shm::GateAck& ack = gate.segment->view.ack(gate.slot);
  // relaxed: our own count of what we have told.
  const std::uint64_t told =
      gate.segment->control.gate(gate.slot).version.load(std::memory_order_relaxed);
  // sync(gate-ack): acquire, pairs with Gate::permits. The time belongs to this version.
  if (ack.version.load(std::memory_order_acquire) != told) return;
  // relaxed: the acquire above brought it.
  const Ticks refused = Ticks::from_raw(ack.ticks.load(std::memory_order_relaxed));
  const std::uint64_t waited =
      refused > gate.tripped ? gate.segment->clock().interval_ns(refused - gate.tripped) : 0;
  self_.first_refusal.add(nanoseconds{static_cast<std::int64_t>(waited)});
  gate.tripped = Ticks{};
}

void Guard::feed_analytics(const Now& now) noexcept {
  if (plan_->feed == nullptr || now.steady - fed_ < plan_->feed->period()) return;
  fed_ = now.steady;
  plan_->feed->fill(plan_->rules->values(*plan_->values), now.steady, now.wall);
}

void Guard::finish(const Now& now) noexcept {
  if (renewed_ == now.steady) {
    for (const PlannedProducer& planned : plan_->producers) {
      if (!planned.producer->drainer->is_live()) continue;
      const segments::Segment& segment = *planned.producer->drainer->binding()->segment;
      shm::beat(segment.control.state().heartbeat,
                shm::read_clocks(segment.clock().kind, parts_.ticks));
    }
  }
  for (const auto& gate : plan_->gates) note_first_refusal(*gate);
  for (const PlannedProducer& planned : plan_->producers) {
    look_for_answers(*planned.producer);
    look_for_orders(planned);
  }
  feed_analytics(now);
  parts_.queues.alerts.end_pass();
  parts_.queues.trips.end_pass();
  ++self_.passes;
  self_.pass_duration.add(steady_now() - now.steady);
  self_.last_pass_wall = now.wall;
  previous_pass_ = now.steady;
  if (Publication* publication = parts_.exchange.wanted(plan_->names.get());
      publication != nullptr) {
    publish(*publication);
    parts_.exchange.answered();
  }
}

void Guard::publish(Publication& publication) const noexcept {
  publication.steady = now_.steady;
  publication.wall = now_.wall;
  plan_->own->refresh({self_, parts_.facts, parts_.protection, *plan_->rules, now_.steady});
  plan_->values->copy_to(publication.snapshot);
  publication.snapshot.wall_ms = now_.wall / 1ms;
  for (std::size_t i = 0; i < publication.producers.size(); ++i) {
    const ProducerRuntime& producer = *plan_->producers[i].producer;
    publication.producers[i] = {producer.state, producer.drainer->totals(),
                                producer.drainer->lanes_claimed()};
  }
  for (std::size_t i = 0; i < publication.gates.size(); ++i) {
    const GateRuntime& gate = *plan_->gates[i];
    auto& sample = publication.gates[i];
    sample.state = gate.state;
    sample.scope = gate.verdict.scope;
    sample.reason = why(gate.verdict);
    sample.since_wall_ms = gate.verdict.since_wall / 1ms;
  }
  copy_rules(*plan_->rules, publication);
  for (std::size_t id = 0; id < publication.trips.size(); ++id) {
    publication.trips[id] =
        parts_.protection.breaker_at(static_cast<protection::BreakerId>(id)).trips();
  }
}

}  // namespace outrider
