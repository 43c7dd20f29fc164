// SPDX-License-Identifier: Apache-2.0
// The exchange's loop.
#include "exchange.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <span>

#include "stop_signal.hpp"

namespace demo {
namespace {

using std::chrono::duration_cast;
using std::chrono::nanoseconds;

/// A stop signal that came between two turns waits no longer than this.
constexpr nanoseconds longest_wait = std::chrono::milliseconds{50};
/// Packets that are later than this are left out rather than sent in a burst.
constexpr nanoseconds most_behind = std::chrono::milliseconds{100};

nanoseconds from_seconds(double seconds) {
  return duration_cast<nanoseconds>(std::chrono::duration<double>{seconds});
}

}  // namespace

Exchange::Exchange(const ExchangeOptions& options)
    : options_{options},
      market_{options.seed},
      listener_{listen_on_loopback(options.order_port)},
      packet_interval_{from_seconds(1 / options.packets_per_second)} {
  // The default slack of 50 us would be a large part of the pause between packets.
  prctl(PR_SET_TIMERSLACK, 1UL);
}

ExchangeLedger Exchange::run() {
  started_ = Clock::now();
  for (auto now = started_; !stop_requested(); now = Clock::now()) {
    if (options_.seconds > 0 && now - started_ >= from_seconds(options_.seconds)) break;
    turn(now);
    wait(Clock::now());
  }
  return ledger_;
}

void Exchange::turn(Clock::time_point now) {
  follow_schedule(now);
  if (Descriptor connection = accept_from(listener_)) {
    if (session_.is_connected()) disconnect();  // a restarted trader takes over
    session_.adopt(std::move(connection));
  }
  if (session_.is_connected()) read_orders(now);
  if (feed_) publish(now);
  answer(now);
}

void Exchange::wait(Clock::time_point now) {
  auto until = std::min(now + longest_wait, session_.next_due());
  if (feed_) until = std::min(until, next_packet_);
  const auto pause = std::max(nanoseconds{0}, duration_cast<nanoseconds>(until - now));
  const timespec timeout{pause.count() / 1'000'000'000, pause.count() % 1'000'000'000};
  std::array<pollfd, 3> descriptors = {{{listener_.get(), POLLIN, 0},
                                        {session_.descriptor(), POLLIN, 0},
                                        {options_.control_on_stdin ? 0 : -1, POLLIN, 0}}};
  if (ppoll(descriptors.data(), descriptors.size(), &timeout, nullptr) <= 0) return;
  if (descriptors[2].revents != 0) read_control();
}

void Exchange::read_control() {
  std::array<char, 256> bytes;
  const ssize_t size = ::read(STDIN_FILENO, bytes.data(), bytes.size());
  if (size <= 0) {
    options_.control_on_stdin = false;  // nobody will say anything any more
    return;
  }
  control_line_.append(bytes.data(), static_cast<std::size_t>(size));
  for (auto end = control_line_.find('\n'); end != std::string::npos;
       end = control_line_.find('\n')) {
    const std::string line = control_line_.substr(0, end);
    control_line_.erase(0, end + 1);
    if (const auto fault = parse_fault(line)) {
      set_fault(*fault);
    } else {
      std::cerr << "exchange: unknown fault \"" << line << "\"" << std::endl;
    }
  }
}

void Exchange::set_fault(Fault fault) {
  if (fault == fault_) return;
  fault_ = fault;
  std::cerr << "exchange: fault " << name(fault) << std::endl;
}

void Exchange::follow_schedule(Clock::time_point now) {
  if (options_.fault == Fault::none) return;
  const auto begin = started_ + from_seconds(options_.fault_after);
  if (!schedule_started_ && now >= begin) {
    schedule_started_ = true;
    set_fault(options_.fault);
  }
  if (schedule_ended_ || options_.fault_seconds <= 0) return;
  if (now >= begin + from_seconds(options_.fault_seconds)) {
    schedule_ended_ = true;
    set_fault(Fault::none);
  }
}

void Exchange::read_orders(Clock::time_point now) {
  orders_.clear();
  const bool is_alive = session_.read(orders_);
  for (const OrderMessage& order : orders_) {
    if (order.type == MessageType::logon) {
      start_feed(order.feed_port);
      next_packet_ = now;
    } else if (order.type == MessageType::new_order || order.type == MessageType::cancel) {
      ++ledger_.orders;
      matching_.on_order(order, fault_, answers_);
    }
  }
  if (!is_alive) disconnect();
}

void Exchange::start_feed(std::uint16_t port) {
  feed_ = connect_feed(port);
  market_ = Market{options_.seed};  // publishes the whole ladder first
}

void Exchange::publish(Clock::time_point now) {
  if (now - next_packet_ > most_behind) next_packet_ = now;
  for (; next_packet_ <= now; next_packet_ += packet_interval_) {
    if (fault_ == Fault::feed_stall) continue;
    send_packet();
    matching_.on_market(fault_, answers_);
    if (Market::Taker taker; market_.taker(taker)) matching_.on_taker(taker, fault_, answers_);
  }
}

void Exchange::send_packet() {
  BookUpdate update = market_.next();
  update.sequence = ++ledger_.packets;
  update.sent_ns = duration_cast<nanoseconds>(Clock::now().time_since_epoch()).count();
  // UDP: what does not arrive is a gap in the sequence, for the trader to count.
  static_cast<void>(send_whole(feed_, std::as_bytes(std::span{&update, 1})));
}

void Exchange::answer(Clock::time_point now) {
  for (const OrderMessage& message : answers_) {
    ledger_.acked += message.type == MessageType::ack;
    ledger_.filled += message.type == MessageType::fill;
    ledger_.rejected += message.type == MessageType::reject;
    ledger_.cancelled += message.type == MessageType::cancelled;
    const bool is_late = fault_ == Fault::latency_storm;
    session_.answer(message, is_late ? now + options_.storm_delay : now);
  }
  answers_.clear();
  if (session_.is_connected() && !session_.flush(now)) disconnect();
}

void Exchange::disconnect() {
  session_.close();
  matching_.drop_all();
  feed_ = Descriptor{};
  answers_.clear();
}

}  // namespace demo
