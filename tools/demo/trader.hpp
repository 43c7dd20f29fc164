// SPDX-License-Identifier: Apache-2.0
// The demo's trader: one thread, one venue, one gate. A turn waits, reads both
// sockets, and then reads the clock once; that stamp serves the gate, the
// latencies that begin or end here, and the order limit.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <outrider/producer.hpp>
#include <string>

#include "gate_watch.hpp"
#include "order_book.hpp"
#include "order_desk.hpp"
#include "portfolio.hpp"
#include "socket.hpp"
#include "telemetry.hpp"
#include "wire.hpp"

namespace demo {

struct TraderOptions {
  std::string name = "gateway-1";
  std::string segment_dir;   ///< empty: OUTRIDER_DIR, else the default
  bool is_detached = false;  ///< measures into private memory
  /// Sends without asking the gate. Only without a sidecar, to try the demo itself.
  bool ignore_gate = false;
  std::uint16_t exchange_port = 0;
  double seconds = 0;              ///< 0: until SIGTERM or SIGINT
  double orders_per_second = 400;  ///< at most; refused ones count
  /// Only to time a trip by, see TripWatch: the limits of demo.rules.yml.
  std::uint32_t reject_limit = 5;
  std::uint32_t loss_limit = 10;
  double latency_limit_seconds = 0.02;
  double silence_limit_seconds = 0.5;
};

class Trader {
 public:
  /// The producer must outlive this; `writer` and `gate` are its own.
  Trader(const TraderOptions& options, const outrider::Producer& producer, outrider::Writer& writer,
         outrider::Gate gate);

  /// False when nobody listens at the exchange's port.
  bool connect();
  /// Trades until the end; false when the exchange went away.
  bool run();
  [[nodiscard]] const TraderLedger& ledger() const { return telemetry_.ledger; }

 private:
  using Ticks = outrider::Ticks;
  bool turn();
  void wait() const;
  bool read_orders();
  void on_packet(const BookUpdate& update, Ticks now);
  void quote(DeskOrder& order, Ticks now);
  void enter(DeskOrder& order, std::int64_t price, Ticks now);
  void cancel(DeskOrder& order, Ticks now);
  void cancel_all(Ticks now);
  bool send(const DeskOrder& order, MessageType type) noexcept;
  void handle_answers(Ticks now);
  void on_verdict(const OrderMessage& answer, DeskOrder& order, Ticks now);
  void on_gone(const OrderMessage& answer, DeskOrder& order, Ticks now);
  void on_fill(const OrderMessage& fill, Ticks now);
  void measure_silence(Ticks now);
  [[nodiscard]] bool may_enter(Ticks now) const noexcept;

  TraderOptions options_;
  const outrider::Producer& producer_;
  Telemetry telemetry_;
  outrider::Gate gate_;
  GateWatch gate_watch_;
  TripWatches watches_;
  Descriptor feed_;
  Descriptor orders_;
  MessageReader reader_;
  bool is_exchange_gone_ = false;
  std::array<OrderBook, symbol_count> books_;
  std::array<Portfolio, symbol_count> portfolios_;
  OrderDesk desk_;
  std::uint64_t last_sequence_ = 0;
  std::optional<Ticks> last_packet_;
  std::optional<Ticks> last_attempt_;
  std::uint32_t rejects_in_a_row_ = 0;
  std::uint32_t losses_in_a_row_ = 0;
};

}  // namespace demo
