// SPDX-License-Identifier: Apache-2.0
// A trader without exceptions and run-time types, every call of the hot path in
// it. It is compiled with -fno-exceptions -fno-rtti -Werror by both compilers.
#include <outrider/producer.hpp>
#include <outrider/profiles/trading.hpp>

class Gateway {
 public:
  explicit Gateway(outrider::Producer& telemetry)
      : gate_{telemetry.gate("orders", {{"venue", "sim"}})} {}

  bool on_signal(std::int64_t lots) {
    const outrider::Ticks now = outrider::ticks();
    if (!gate_.open(now)) [[unlikely]]
      return gate_.permits(outrider::OrderKind::cancel);
    outrider::ScopedTimer timer{send_latency_, now};  // one clock read serves both
    orders_sent_.inc();
    position_.set(position_lots_ += lots);
    return true;
  }

  void on_fill(double price, bool accepted) {
    price_.set(price);
    in_flight_.sub(1);
    accepted ? rejects_.success() : rejects_.failure(outrider::failure_of_http(503));
  }

  void bind(outrider::Writer& writer) {
    orders_sent_ = writer.counter("orders_sent_total", "Orders sent to the venue");
    position_ = writer.int_gauge("position_lots", "Lots held");
    price_ = writer.gauge("last_price", "Price of the last fill");
    in_flight_ = writer.up_down_counter("orders_in_flight", "Orders without an answer");
    rejects_ = writer.failure_streak("rejects_in_a_row", "Rejects since the last accepted order");
    send_latency_ = writer.histogram("order_send_seconds", "From signal to the order on the wire");
  }

 private:
  outrider::Gate gate_;
  outrider::Counter orders_sent_;
  outrider::IntGauge position_;
  outrider::Gauge price_;
  outrider::UpDownCounter in_flight_;
  outrider::FailureStreak rejects_;
  outrider::Histogram send_latency_;
  std::int64_t position_lots_ = 0;
};

int main() {
  outrider::Status status;
  const outrider::ProducerOptions options{.name = "bare", .directory = "/nonexistent"};
  outrider::Producer telemetry = outrider::Producer::create(options, status);
  outrider::Writer writer = telemetry.writer("main");
  Gateway gateway{telemetry};
  gateway.bind(writer);
  for (int i = 0; i < 10'000; ++i) {
    gateway.on_signal(1);
    gateway.on_fill(100.5, i % 2 == 0);
  }
  // The directory does not exist: detached, with a reason, and still trading.
  return !status.ok() && telemetry.is_detached() && !status.message.empty() ? 0 : 1;
}
