// SPDX-License-Identifier: Apache-2.0
// Checks and framing of the demo's messages.
#include "wire.hpp"

#include <cstring>

namespace demo {
namespace {

bool is_side(Side side) {
  return side == Side::buy || side == Side::sell;
}

bool is_valid(const OrderMessage& message) {
  if (message.length != sizeof(OrderMessage)) return false;
  if (message.type < MessageType::logon || message.type > MessageType::cancel_reject) return false;
  if (message.type == MessageType::logon) return message.feed_port != 0;
  if (message.symbol >= symbol_count || !is_side(message.side)) return false;
  return message.type != MessageType::new_order || (message.quantity > 0 && message.price > 0);
}

}  // namespace

bool decode(std::span<const std::byte> bytes, BookUpdate& update) noexcept {
  if (bytes.size() != sizeof(BookUpdate)) return false;
  std::memcpy(&update, bytes.data(), sizeof(update));
  return update.length == sizeof(BookUpdate) && update.symbol < symbol_count &&
         is_side(update.side) && update.price > 0;
}

void MessageReader::append(std::span<const std::byte> bytes) {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(used_));
  used_ = 0;
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

MessageReader::Result MessageReader::next(OrderMessage& message) {
  if (buffer_.size() - used_ < sizeof(OrderMessage)) return Result::incomplete;
  std::memcpy(&message, buffer_.data() + used_, sizeof(message));
  if (!is_valid(message)) return Result::malformed;
  used_ += sizeof(message);
  return Result::message;
}

}  // namespace demo
