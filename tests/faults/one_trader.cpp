// SPDX-License-Identifier: Apache-2.0
// A trader that starts, registers and records once, and says how it went:
// "attached", or "detached: " and why. Whatever fails, it must come to its end.
#include <cstdio>
#include <outrider/producer.hpp>

int main(int count, char** arguments) {
  if (count != 2) return 2;
  outrider::ProducerOptions options;
  options.name = "oms";
  options.directory = arguments[1];
  outrider::Status status;
  outrider::Producer producer = outrider::Producer::create(options, status);
  outrider::Writer writer = producer.writer("main");
  outrider::Counter orders = writer.counter("orders_total", "");
  outrider::Histogram seconds = writer.histogram("order_seconds", "");
  const outrider::Gate gate = producer.gate("orders");
  orders.inc();
  seconds.record(1000, outrider::ticks());
  producer.housekeep();
  // Nobody has armed: open would be a gate that opens by itself.
  if (gate.open(outrider::ticks())) return 1;
  const bool is_detached = producer.is_detached();
  if (is_detached == status.ok()) return 1;
  std::printf("%s%s\n", is_detached ? "detached: " : "attached", status.message.c_str());
  return 0;
}
