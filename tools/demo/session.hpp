// SPDX-License-Identifier: Apache-2.0
// The exchange's end of one trader's connection: orders in, answers out. Answers
// leave in the order in which they were given, each not before its time.
#pragma once

#include <chrono>
#include <deque>
#include <vector>

#include "socket.hpp"
#include "wire.hpp"

namespace demo {

class Session {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  void adopt(Descriptor connection);
  void close();
  [[nodiscard]] bool is_connected() const { return static_cast<bool>(connection_); }
  [[nodiscard]] int descriptor() const { return connection_.get(); }

  /// Appends what has arrived; false when the trader has gone or sent garbage.
  bool read(std::vector<OrderMessage>& orders);
  void answer(const OrderMessage& message, TimePoint due);
  /// Sends what is due; false when the connection is broken.
  bool flush(TimePoint now);
  /// When flush has work next; TimePoint::max() when it has none.
  [[nodiscard]] TimePoint next_due() const;

 private:
  struct Waiting {
    TimePoint due;
    OrderMessage message;
  };
  Descriptor connection_;
  MessageReader reader_;
  std::deque<Waiting> waiting_;
};

}  // namespace demo
