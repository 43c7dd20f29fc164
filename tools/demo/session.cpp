// SPDX-License-Identifier: Apache-2.0
// One TCP connection, non-blocking.
#include "session.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace demo {

void Session::adopt(Descriptor connection) {
  close();
  connection_ = std::move(connection);
}

void Session::close() {
  connection_ = Descriptor{};
  reader_ = MessageReader{};
  waiting_.clear();
}

bool Session::read(std::vector<OrderMessage>& orders) {
  std::array<std::byte, 4096> bytes;
  const Received received = receive(connection_, bytes);
  if (received.state == Received::State::closed) return false;
  if (received.state == Received::State::nothing) return true;
  reader_.append(std::span{bytes}.first(received.size));
  OrderMessage message;
  auto result = reader_.next(message);
  for (; result == MessageReader::Result::message; result = reader_.next(message)) {
    orders.push_back(message);
  }
  return result == MessageReader::Result::incomplete;
}

void Session::answer(const OrderMessage& message, TimePoint due) {
  // An answer never overtakes an earlier one, as on any TCP order session.
  if (!waiting_.empty()) due = std::max(due, waiting_.back().due);
  waiting_.push_back({due, message});
}

bool Session::flush(TimePoint now) {
  while (!waiting_.empty() && waiting_.front().due <= now) {
    const OrderMessage& message = waiting_.front().message;
    const SendResult result = send_whole(connection_, std::as_bytes(std::span{&message, 1}));
    if (result == SendResult::give_up) return false;
    if (result == SendResult::retry) return true;
    waiting_.pop_front();
  }
  return true;
}

Session::TimePoint Session::next_due() const {
  return waiting_.empty() ? TimePoint::max() : waiting_.front().due;
}

}  // namespace demo
