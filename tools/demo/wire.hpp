// SPDX-License-Identifier: Apache-2.0
// What the demo's exchange and trader say to each other: fixed-size messages,
// the feed over UDP, orders and answers over TCP. Both ends run on one host, so
// numbers are in host byte order; every message is checked before it is used.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace demo {

inline constexpr std::string_view venue_name = "SIM";
inline constexpr std::array<std::string_view, 2> symbol_names = {"BTC-USD", "ETH-USD"};
inline constexpr std::size_t symbol_count = symbol_names.size();

enum class Side : std::uint8_t { buy = 0, sell = 1 };
inline constexpr std::size_t side_count = 2;

constexpr std::size_t index(Side side) {
  return static_cast<std::size_t>(side);
}
constexpr Side opposite(Side side) {
  return side == Side::buy ? Side::sell : Side::buy;
}
constexpr std::string_view name(Side side) {
  return side == Side::buy ? "buy" : "sell";
}

/// One price level of one book is now this. Quantity 0: the level is gone.
struct BookUpdate {
  std::uint16_t length = sizeof(BookUpdate);
  std::uint8_t symbol = 0;  ///< index into symbol_names
  Side side = Side::buy;
  std::uint32_t quantity = 0;
  std::uint64_t sequence = 0;  ///< counts packets from 1; a jump is a gap
  std::int64_t sent_ns = 0;    ///< CLOCK_MONOTONIC of the exchange, just before the send
  std::int64_t price = 0;      ///< cents
};
static_assert(sizeof(BookUpdate) == 32);

enum class MessageType : std::uint8_t {
  logon = 1,  ///< trader to exchange, first: feed_port is where it wants the feed
  new_order,
  cancel,
  ack,  ///< exchange to trader from here on: the order rests in the book
  fill,
  reject,
  cancelled,
  cancel_reject,  ///< nothing to cancel: the fill is already on its way
};

/// An order, or the answer to one.
struct OrderMessage {
  std::uint16_t length = sizeof(OrderMessage);
  MessageType type = MessageType::new_order;
  std::uint8_t symbol = 0;
  Side side = Side::buy;
  std::uint8_t reserved = 0;
  std::uint16_t feed_port = 0;  ///< logon only
  std::uint32_t quantity = 0;
  std::uint32_t reserved_too = 0;
  std::uint64_t order_id = 0;  ///< chosen by the trader, never used twice
  std::int64_t price = 0;      ///< cents; of a fill, what was paid
};
static_assert(sizeof(OrderMessage) == 32);

/// False when the bytes are not a book update that a book may apply.
bool decode(std::span<const std::byte> bytes, BookUpdate& update) noexcept;

/// Cuts the byte stream of a TCP connection into messages.
class MessageReader {
 public:
  enum class Result { message, incomplete, malformed };

  void append(std::span<const std::byte> bytes);
  /// After `malformed` the stream has lost its framing and must be closed.
  Result next(OrderMessage& message);

 private:
  std::vector<std::byte> buffer_;
  std::size_t used_ = 0;  ///< bytes of buffer_ that were already handed out
};

}  // namespace demo
