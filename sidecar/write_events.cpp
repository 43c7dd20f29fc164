// SPDX-License-Identifier: Apache-2.0
// What the guard told, as lines of the log.
#include "sidecar.hpp"

namespace outrider {
namespace {

std::string text(std::string_view view) {
  return std::string{view};
}

void say(outputs::Log& log, const GuardEvent& event) {
  switch (event.kind) {
    case GuardEvent::Kind::gate:
      return log.info("gate", {{"gate", text(event.subject.view())},
                               {"state", event.state},
                               {"scope", text(event.scope.view())},
                               {"rule", text(event.rule.view())},
                               {"reason", text(event.reason.view())}});
    case GuardEvent::Kind::producer:
      return log.info("producer",
                      {{"producer", text(event.subject.view())}, {"state", event.state}});
    case GuardEvent::Kind::directive:
      return log.warn("traders are told", {{"directive", event.state},
                                           {"scope", text(event.scope.view())},
                                           {"traders", std::to_string(event.traders)},
                                           {"rule", text(event.rule.view())},
                                           {"reason", text(event.reason.view())}});
    case GuardEvent::Kind::unanswered:
      return log.error("a trader has not answered a directive",
                       {{"producer", text(event.subject.view())},
                        {"directive", text(event.rule.view())},
                        {"scope", text(event.scope.view())}});
    case GuardEvent::Kind::orders:
      return log.error(
          event.orders == OrdersNews::go_on
              ? "orders still flow, a grace after they were told of"
              : "orders flow although every gate of the trader is KILLED",
          {{"producer", text(event.subject.view())}, {"pid", std::to_string(event.pid)}});
    case GuardEvent::Kind::refused:
      return log.warn("a trader refused a directive", {{"producer", text(event.subject.view())},
                                                       {"directive", text(event.rule.view())},
                                                       {"scope", text(event.scope.view())},
                                                       {"outcome", event.state}});
  }
}

}  // namespace

void Sidecar::write_events() {
  GuardEvent event;
  while (queues_.next_event(event)) {
    say(log_, event);
    if (event.kind != GuardEvent::Kind::orders) continue;
    trader_signals_.look(
        directory_,
        {text(event.subject.view()), {event.pid, event.process_start, event.pid_namespace}},
        event.orders, escalation_);
  }
  if (const std::uint64_t untold = queues_.take_untold(); untold > 0) {
    log_.warn("events were not logged, there were too many", {{"count", std::to_string(untold)}});
  }
}

}  // namespace outrider
