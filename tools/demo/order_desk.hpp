// SPDX-License-Identifier: Apache-2.0
// The trader's orders at the venue: at most one for each side of each symbol, so
// a fixed table holds them all.
#pragma once

#include <array>
#include <cstdint>
#include <outrider/producer.hpp>

#include "strategy.hpp"
#include "wire.hpp"

namespace demo {

struct DeskOrder {
  std::uint64_t id = 0;
  std::uint8_t symbol = 0;
  Side side = Side::buy;
  Quote quote;
  outrider::Ticks sent_at{};  ///< when it was on the wire
};

class OrderDesk {
 public:
  OrderDesk() {
    for (std::size_t i = 0; i < orders_.size(); ++i) {
      orders_[i].symbol = static_cast<std::uint8_t>(i / side_count);
      orders_[i].side = static_cast<Side>(i % side_count);
    }
  }

  DeskOrder& at(std::size_t symbol, Side side) {
    return orders_[symbol * side_count + index(side)];
  }
  /// Null when no such order is out: an answer to something we no longer hold.
  DeskOrder* find(std::uint64_t id) {
    for (DeskOrder& order : orders_) {
      if (order.id == id && order.quote.state != Quote::State::none) return &order;
    }
    return nullptr;
  }
  std::array<DeskOrder, symbol_count * side_count>& all() { return orders_; }
  std::uint64_t next_id() { return ++last_id_; }

 private:
  std::array<DeskOrder, symbol_count * side_count> orders_{};
  std::uint64_t last_id_ = 0;
};

}  // namespace demo
