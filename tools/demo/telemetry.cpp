// SPDX-License-Identifier: Apache-2.0
// The names, the help texts and the labels.
#include "telemetry.hpp"

#include <string>

namespace demo {
namespace {

const std::string venue{venue_name};

outrider::Labels at_venue() {
  return {{"venue", venue}};
}

outrider::Counter side_counter(outrider::Writer& writer, OrderCounter::Text text, Side side) {
  return writer.counter(text.name, text.help, {{"venue", venue}, {"side", name(side)}});
}

/// The bounds are for Prometheus' classic buckets; percentiles do not need them.
outrider::HistogramOptions bounds(std::initializer_list<double> seconds) {
  outrider::HistogramOptions options;
  options.bounds = seconds;
  return options;
}

outrider::Gauge position_gauge(outrider::Writer& writer, std::string_view symbol) {
  return writer.gauge("demo_position", "Units held; negative when short",
                      {{"venue", venue}, {"symbol", symbol}});
}

}  // namespace

OrderCounter::OrderCounter(outrider::Writer& writer, Text text, std::uint64_t& entry)
    : counters_{side_counter(writer, text, Side::buy), side_counter(writer, text, Side::sell)},
      entry_{&entry} {}

Telemetry::Telemetry(outrider::Writer& writer)
    : tick_to_trade{writer.histogram("demo_tick_to_trade_seconds",
                                     "From a feed packet's arrival to the order on the wire",
                                     bounds({10e-6, 20e-6, 50e-6, 100e-6, 1e-3, 10e-3}),
                                     at_venue()),
                    ledger.samples},
      order_round_trip{
          writer.histogram("demo_order_round_trip_seconds",
                           "From the order on the wire to the venue's first answer",
                           bounds({100e-6, 500e-6, 1e-3, 5e-3, 20e-3, 100e-3}), at_venue()),
          ledger.samples},
      feed_gap{writer.histogram("demo_feed_gap_seconds", "Between two feed packets",
                                bounds({500e-6, 1e-3, 5e-3, 20e-3, 100e-3, 1}), at_venue()),
               ledger.samples},
      sent{writer, {"demo_orders_sent_total", "Orders put on the wire"}, ledger.sent},
      acked{writer, {"demo_orders_acked_total", "Orders the venue accepted"}, ledger.acked},
      filled{writer, {"demo_orders_filled_total", "Orders filled"}, ledger.filled},
      rejected{writer, {"demo_orders_rejected_total", "Orders the venue refused"}, ledger.rejected},
      cancelled{writer, {"demo_orders_cancelled_total", "Orders cancelled"}, ledger.cancelled},
      blocked{writer, {"demo_orders_blocked_total", "Orders the gate refused"}, ledger.blocked},
      feed_packets{writer.counter("demo_feed_packets_total", "Feed packets received", at_venue())},
      feed_missed{writer.counter("demo_feed_packets_missed_total",
                                 "Feed packets that the sequence numbers miss", at_venue())},
      feed_silence{
          writer.gauge("demo_feed_silence_seconds", "Time since the last feed packet", at_venue())},
      open_orders{
          writer.up_down_counter("demo_open_orders", "Orders in the venue's book", at_venue())},
      reject_streak{writer.failure_streak("demo_reject_streak",
                                          "Orders refused by the venue in a row", at_venue())},
      losing_streak{writer.failure_streak("demo_losing_streak",
                                          "Closing trades in a row that lost money", at_venue())},
      position{position_gauge(writer, symbol_names[0]), position_gauge(writer, symbol_names[1])},
      profit{writer.gauge("demo_pnl_usd", "Profit and loss, open positions at the mid price",
                          at_venue())} {}

}  // namespace demo
