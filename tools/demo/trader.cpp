// SPDX-License-Identifier: Apache-2.0
// The trader's loop: feed in, orders out.
#include "trader.hpp"

#include <poll.h>

#include <algorithm>
#include <iostream>
#include <span>

#include "stop_signal.hpp"

namespace demo {
namespace {

/// How often a silent feed is measured and the gate looked at.
constexpr int longest_wait_ms = 1;
constexpr double cents_per_usd = 100;

}  // namespace

Trader::Trader(const TraderOptions& options, const outrider::Producer& producer,
               outrider::Writer& writer, outrider::Gate gate)
    : options_{options},
      producer_{producer},
      telemetry_{writer},
      gate_{gate},
      gate_watch_{gate, producer, std::cerr} {}

bool Trader::connect() {
  orders_ = connect_to_loopback(options_.exchange_port);
  if (!orders_) return false;
  feed_ = bind_feed();
  OrderMessage logon;
  logon.type = MessageType::logon;
  logon.feed_port = local_port(feed_);
  return send_whole(orders_, std::as_bytes(std::span{&logon, 1})) == SendResult::sent;
}

bool Trader::run() {
  const Ticks started = outrider::ticks();
  while (!stop_requested()) {
    if (options_.seconds > 0 && producer_.seconds(started, outrider::ticks()) >= options_.seconds) {
      return true;
    }
    if (!turn()) return false;
  }
  return true;
}

bool Trader::turn() {
  wait();
  std::array<std::byte, 2 * sizeof(BookUpdate)> bytes;
  const Received received = receive(feed_, bytes);
  if (!read_orders()) return false;

  const Ticks now = outrider::ticks();  // after the wait: one stamp for the whole turn
  const auto change = gate_watch_.look(now, watches_);
  handle_answers(now);
  if (change == GateWatch::Change::closed) cancel_all(now);
  if (change == GateWatch::Change::opened) watches_ = {};  // the next trip has a breach of its own
  BookUpdate update;
  if (received.state == Received::State::data &&
      decode(std::span{bytes}.first(received.size), update)) {
    on_packet(update, now);
  }
  measure_silence(now);
  return !is_exchange_gone_;
}

void Trader::wait() const {
  std::array<pollfd, 2> sockets = {{{feed_.get(), POLLIN, 0}, {orders_.get(), POLLIN, 0}}};
  poll(sockets.data(), sockets.size(), longest_wait_ms);
}

bool Trader::read_orders() {
  std::array<std::byte, 4096> bytes;
  const Received received = receive(orders_, bytes);
  if (received.state == Received::State::data) {
    reader_.append(std::span{bytes}.first(received.size));
  }
  return received.state != Received::State::closed;
}

void Trader::on_packet(const BookUpdate& update, Ticks now) {
  ++telemetry_.ledger.packets;
  telemetry_.feed_packets.inc();
  if (last_packet_) telemetry_.feed_gap.record(*last_packet_, now);
  last_packet_ = now;
  if (last_sequence_ != 0 && update.sequence > last_sequence_ + 1) {
    const std::uint64_t missed = update.sequence - last_sequence_ - 1;
    telemetry_.feed_missed.add(missed);
    telemetry_.ledger.missed += missed;
  }
  last_sequence_ = update.sequence;
  books_[update.symbol].apply(update.side, {update.price, update.quantity});
  quote(desk_.at(update.symbol, Side::buy), now);
  quote(desk_.at(update.symbol, Side::sell), now);
}

void Trader::measure_silence(Ticks now) {
  if (!last_packet_) return;
  const double silence = producer_.seconds(*last_packet_, now);
  watches_.feed_stall.observe(silence > options_.silence_limit_seconds, now);
  telemetry_.feed_silence.set(silence);
}

void Trader::quote(DeskOrder& order, Ticks now) {
  const Decision decision =
      decide(books_[order.symbol], order.side, portfolios_[order.symbol].position(), order.quote);
  if (decision.action == Decision::Action::enter) enter(order, decision.price, now);
  if (decision.action == Decision::Action::cancel) cancel(order, now);
}

bool Trader::may_enter(Ticks now) const noexcept {
  return gate_.open(now) || options_.ignore_gate;
}

void Trader::enter(DeskOrder& order, std::int64_t price, Ticks now) {
  if (last_attempt_ && producer_.seconds(*last_attempt_, now) * options_.orders_per_second < 1) {
    return;
  }
  last_attempt_ = now;
  // PROBING lets a few through, each of which permits() counts.
  if (!may_enter(now) && !gate_.permits(outrider::OrderKind::enter))
    return telemetry_.blocked.inc(order.side);
  order.id = desk_.next_id();
  order.quote = {Quote::State::in_flight, price};
  if (!send(order, MessageType::new_order)) return;
  order.sent_at = outrider::ticks();
  telemetry_.tick_to_trade.record(now, order.sent_at);
  telemetry_.sent.inc(order.side);
  watches_.on_order_sent();
}

void Trader::cancel(DeskOrder& order, Ticks now) {
  const bool is_open = may_enter(now);
  if (!is_open && !gate_.permits(outrider::OrderKind::cancel)) return;
  if (!is_open) ++telemetry_.ledger.cancels_while_closed;
  order.quote.state = Quote::State::in_flight;
  send(order, MessageType::cancel);
}

void Trader::cancel_all(Ticks now) {
  for (DeskOrder& order : desk_.all()) {
    if (order.quote.state == Quote::State::resting) cancel(order, now);
  }
}

bool Trader::send(const DeskOrder& order, MessageType type) noexcept {
  OrderMessage message;
  message.type = type;
  message.symbol = order.symbol;
  message.side = order.side;
  message.quantity = order_quantity;
  message.order_id = order.id;
  message.price = order.quote.price;
  // Four orders are in flight at most: a full socket means an exchange that hangs.
  const auto bytes = std::as_bytes(std::span{&message, 1});
  is_exchange_gone_ = send_whole(orders_, bytes) != SendResult::sent || is_exchange_gone_;
  return !is_exchange_gone_;
}

void Trader::handle_answers(Ticks now) {
  OrderMessage answer;
  auto result = reader_.next(answer);
  for (; result == MessageReader::Result::message; result = reader_.next(answer)) {
    DeskOrder* order = desk_.find(answer.order_id);
    if (order == nullptr) continue;  // the cancel of an order that was filled meanwhile
    switch (answer.type) {
      case MessageType::ack:
      case MessageType::reject:
        on_verdict(answer, *order, now);
        break;
      case MessageType::fill:
      case MessageType::cancelled:
        on_gone(answer, *order, now);
        break;
      default:
        break;
    }
  }
  is_exchange_gone_ = is_exchange_gone_ || result == MessageReader::Result::malformed;
}

void Trader::on_verdict(const OrderMessage& answer, DeskOrder& order, Ticks now) {
  telemetry_.order_round_trip.record(order.sent_at, now);
  watches_.latency_storm.observe(
      producer_.seconds(order.sent_at, now) > options_.latency_limit_seconds, now);
  if (answer.type == MessageType::ack) {
    order.quote.state = Quote::State::resting;
    rejects_in_a_row_ = 0;
    watches_.reject_storm.observe(false, now);
    telemetry_.reject_streak.success();
    telemetry_.acked.inc(order.side);
    telemetry_.open_orders.add(1);
    return;
  }
  order.quote.state = Quote::State::none;
  ++rejects_in_a_row_;
  watches_.reject_storm.observe(rejects_in_a_row_ >= options_.reject_limit, now);
  telemetry_.reject_streak.failure();
  telemetry_.rejected.inc(order.side);
}

void Trader::on_gone(const OrderMessage& answer, DeskOrder& order, Ticks now) {
  order.quote.state = Quote::State::none;
  telemetry_.open_orders.sub(1);
  if (answer.type == MessageType::cancelled) return telemetry_.cancelled.inc(order.side);
  telemetry_.filled.inc(order.side);
  on_fill(answer, now);
}

void Trader::on_fill(const OrderMessage& fill, Ticks now) {
  Portfolio& portfolio = portfolios_[fill.symbol];
  const auto won = portfolio.on_fill(fill.side, fill.price, fill.quantity);
  if (won && *won < 0) {
    ++losses_in_a_row_;
    auto& longest = telemetry_.ledger.longest_losing_streak;
    longest = std::max<std::uint64_t>(longest, losses_in_a_row_);
    watches_.losing_streak.observe(losses_in_a_row_ >= options_.loss_limit, now);
    telemetry_.losing_streak.failure();
  } else if (won && *won > 0) {
    losses_in_a_row_ = 0;
    watches_.losing_streak.observe(false, now);
    telemetry_.losing_streak.success();
  }
  telemetry_.position[fill.symbol].set(static_cast<double>(portfolio.position()));
  double profit = 0;
  for (std::size_t symbol = 0; symbol < symbol_count; ++symbol) {
    profit += portfolios_[symbol].profit(books_[symbol].mid().value_or(0));
  }
  telemetry_.profit.set(profit / cents_per_usd);
}

}  // namespace demo
