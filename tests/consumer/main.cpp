// SPDX-License-Identifier: Apache-2.0
// Somebody else's trader: what the README shows, and proof that it links.
// [trader]
#include <outrider/producer.hpp>

class OrderGateway {
 public:
  bool on_signal() {
    const outrider::Ticks now = outrider::ticks();  // read in this iteration, after any wait
    if (!gate_.open(now)) [[unlikely]]
      return refused();
    outrider::ScopedTimer timer{send_latency_, now};  // one clock read serves both
    // ... the order goes to the wire here ...
    orders_sent_.inc();
    return true;
  }

 private:
  bool refused() { return gate_.permits(outrider::OrderKind::cancel); }  // cancels always pass

  outrider::Status status_;
  outrider::Producer telemetry_ = outrider::Producer::create({.name = "gateway-1"}, status_);
  outrider::Writer writer_ = telemetry_.writer("gateway");  // this thread's own lines
  outrider::Counter orders_sent_ = writer_.counter("orders_sent_total", "Orders sent to the venue");
  outrider::Histogram send_latency_ =
      writer_.histogram("order_send_seconds", "From signal to the order on the wire");
  outrider::Gate gate_ = telemetry_.gate("orders", {{"venue", "binance"}});
};
// [/trader]

int main() {
  OrderGateway gateway;
  // Nobody has granted anything: the gate is closed, but cancels pass.
  return gateway.on_signal() ? 0 : 1;
}
