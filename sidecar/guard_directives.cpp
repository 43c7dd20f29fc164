// SPDX-License-Identifier: Apache-2.0
// The guard's part in directives: who is told, who has answered, and who sends
// orders although it is KILLED.
#include <algorithm>

#include "guard.hpp"

namespace outrider {

namespace {

GuardEvent event_of(GuardEvent::Kind kind, std::string_view state,
                    const DirectiveBook::Pending& directive) noexcept {
  GuardEvent event;
  event.kind = kind;
  event.state = state.data();
  event.scope = directive.scope;
  event.rule = protection::RuleText{to_string(directive.kind)};
  return event;
}

}  // namespace

/// Whether a trader runs and one of its gates has the scope.
bool Guard::is_meant(const PlannedProducer& planned, protection::ScopeId scope) const noexcept {
  const ProducerRuntime& producer = *planned.producer;
  if (!producer.drainer->is_live() || producer.state == segments::ProducerState::dead ||
      producer.state == segments::ProducerState::closed)
    return false;
  return std::any_of(plan_->gates.begin(), plan_->gates.end(), [&](const auto& gate) {
    return gate->segment == producer.drainer->binding()->segment &&
           std::find(gate->scopes.begin(), gate->scopes.end(), scope) != gate->scopes.end();
  });
}

void Guard::direct(const protection::Change& change) noexcept {
  const protection::DirectiveWish& wish = change.directive;
  const protection::ScopeId scope =
      change.is_breaker ? parts_.protection.breaker_at(change.id).scope() : change.id;
  const DirectiveKind kind = *wish.kind;
  GuardEvent event;
  event.kind = GuardEvent::Kind::directive;
  event.state = to_string(kind).data();
  event.scope = change.entry.scope;
  event.rule = change.entry.cause.rule;
  event.reason = change.entry.cause.reason;
  for (const PlannedProducer& planned : plan_->producers) {
    if (!is_meant(planned, scope)) continue;
    const segments::Segment& segment = *planned.producer->drainer->binding()->segment;
    const shm::NewDirective directive{kind,
                                      static_cast<std::uint64_t>(now_.wall.count() / 1'000'000),
                                      parts_.ticks(segment.clock().kind),
                                      change.entry.scope.view(),
                                      wish.parameters.view(),
                                      wish.why.view()};
    if (planned.producer->directives.issue(segment, directive, now_)) ++event.traders;
  }
  ++self_.directives[static_cast<std::size_t>(kind) - 1];
  if (wish.ticket != 0) parts_.desk.note_told(wish.ticket, event.traders);
  parts_.queues.tell(event);
}

void Guard::look_for_answers(ProducerRuntime& producer) noexcept {
  DirectiveBook& book = producer.directives;
  if (book.pending() == 0) return;
  const bool is_gone = !producer.drainer->is_live() ||
                       producer.state == segments::ProducerState::dead ||
                       producer.state == segments::ProducerState::closed;
  if (is_gone) return book.give_up();
  const segments::Segment& segment = *producer.drainer->binding()->segment;
  if (segment.is_damaged()) return;
  for (std::size_t i = book.pending(); i-- > 0;) {
    const DirectiveBook::Look seen = book.look(i, segment, now_.steady, plan_->directive_timeout);
    const bool refused = seen.news == DirectiveBook::News::refused;
    if (!refused && seen.news != DirectiveBook::News::overdue) continue;
    GuardEvent event = event_of(refused ? GuardEvent::Kind::refused : GuardEvent::Kind::unanswered,
                                refused ? to_string(seen.outcome) : "overdue", seen.directive);
    event.subject = producer.name;
    parts_.queues.tell(event);
  }
}

// All of its gates: of one that is open the orders may be.
void Guard::look_for_orders(const PlannedProducer& planned) noexcept {
  ProducerRuntime& producer = *planned.producer;
  if (planned.orders.empty()) producer.orders_watch = {};
  if (planned.orders.empty() || !producer.drainer->is_live()) return;
  const auto& segment = producer.drainer->binding()->segment;
  bool killed = false;
  bool open = false;
  for (const auto& gate : plan_->gates) {
    if (gate->segment != segment) continue;
    (gate->state == GateState::killed ? killed : open) = true;
  }
  OrdersSeen orders{0, planned.orders_basis};
  for (const aggregate::ValueId id : planned.orders) {
    double value = 0;
    if (!plan_->values->read(id, value)) continue;
    orders.sum += value;
    ++orders.basis;
  }
  const bool all_killed = killed && !open;
  const OrdersPatience patience{plan_->escalation.after, plan_->escalation.grace};
  const OrdersNews news = producer.orders_watch.look(all_killed, orders, now_.steady, patience);
  if (news == OrdersNews::none) return;
  const shm::TelemetryHeader& header = segment->telemetry.header;
  GuardEvent event;
  event.kind = GuardEvent::Kind::orders;
  event.orders = news;
  event.subject = producer.name;
  event.pid = header.pid;
  event.process_start = header.process_start;
  event.pid_namespace = header.pid_namespace;
  parts_.queues.tell(event);
}

}  // namespace outrider
