// SPDX-License-Identifier: Apache-2.0
// The demo's exchange: one thread, one market, one trader at a time. The feed
// keeps its pace by the clock; a fault changes what it does, never what is
// measured: late answers are really late.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "market.hpp"
#include "matching.hpp"
#include "session.hpp"
#include "socket.hpp"

namespace demo {

struct ExchangeOptions {
  std::uint16_t order_port = 0;  ///< 0: any free one
  double packets_per_second = 2000;
  double seconds = 0;  ///< 0: until SIGTERM or SIGINT
  /// How late answers are in a latency storm.
  std::chrono::milliseconds storm_delay{50};
  Fault fault = Fault::none;
  double fault_after = 0;         ///< seconds from the start
  double fault_seconds = 0;       ///< 0: until told otherwise
  bool control_on_stdin = false;  ///< a line names the fault in force from then on
  std::uint64_t seed = 1;
};

/// What the exchange did; printed at its end.
struct ExchangeLedger {
  std::uint64_t packets = 0;
  std::uint64_t orders = 0;
  std::uint64_t acked = 0;
  std::uint64_t filled = 0;
  std::uint64_t rejected = 0;
  std::uint64_t cancelled = 0;
};

class Exchange {
 public:
  /// Listens at once. Throws std::system_error.
  explicit Exchange(const ExchangeOptions& options);

  [[nodiscard]] std::uint16_t order_port() const { return local_port(listener_); }
  /// Returns when its time is over or a stop signal came.
  ExchangeLedger run();

 private:
  using Clock = std::chrono::steady_clock;
  void turn(Clock::time_point now);
  void wait(Clock::time_point now);
  void read_control();
  void set_fault(Fault fault);
  void follow_schedule(Clock::time_point now);
  void read_orders(Clock::time_point now);
  void start_feed(std::uint16_t port);
  void publish(Clock::time_point now);
  void send_packet();
  void answer(Clock::time_point now);
  void disconnect();

  ExchangeOptions options_;
  Market market_;
  Matching matching_{market_};
  Descriptor listener_;
  Descriptor feed_;
  Session session_;
  Matching::Answers answers_;
  std::vector<OrderMessage> orders_;
  std::string control_line_;
  Fault fault_ = Fault::none;
  bool schedule_started_ = false;
  bool schedule_ended_ = false;
  Clock::time_point started_{};
  Clock::duration packet_interval_{};
  Clock::time_point next_packet_{};
  ExchangeLedger ledger_;
};

}  // namespace demo
