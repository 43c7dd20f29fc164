// SPDX-License-Identifier: Apache-2.0
// Framing and checks of the demo's messages.
#include "demo/wire.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <span>
#include <vector>

namespace demo {
namespace {

std::vector<std::byte> bytes_of(const OrderMessage& message) {
  const auto bytes = std::as_bytes(std::span{&message, 1});
  return {bytes.begin(), bytes.end()};
}

OrderMessage new_order(std::uint64_t id) {
  OrderMessage message;
  message.order_id = id;
  message.quantity = 1;
  message.price = 100;
  return message;
}

BookUpdate update_at(std::int64_t price) {
  BookUpdate update;
  update.price = price;
  return update;
}

TEST(MessageReader, PutsAMessageTogetherFromSingleBytes) {
  MessageReader reader;
  OrderMessage message;
  const auto bytes = bytes_of(new_order(7));

  for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
    reader.append(std::span{&bytes[i], 1});
    ASSERT_EQ(reader.next(message), MessageReader::Result::incomplete);
  }
  reader.append(std::span{&bytes.back(), 1});

  ASSERT_EQ(reader.next(message), MessageReader::Result::message);
  EXPECT_EQ(message.order_id, 7U);
  EXPECT_EQ(reader.next(message), MessageReader::Result::incomplete);
}

TEST(MessageReader, CutsOneReadIntoItsMessages) {
  MessageReader reader;
  OrderMessage message;
  auto bytes = bytes_of(new_order(1));
  const auto second = bytes_of(new_order(2));
  bytes.insert(bytes.end(), second.begin(), second.end());

  reader.append(bytes);

  ASSERT_EQ(reader.next(message), MessageReader::Result::message);
  EXPECT_EQ(message.order_id, 1U);
  ASSERT_EQ(reader.next(message), MessageReader::Result::message);
  EXPECT_EQ(message.order_id, 2U);
}

TEST(MessageReader, RefusesWhatIsNoMessage) {
  std::vector<OrderMessage> bad(5, new_order(1));
  bad[0].length = 31;
  bad[1].type = static_cast<MessageType>(99);
  bad[2].symbol = symbol_count;
  bad[3].side = static_cast<Side>(2);
  bad[4].quantity = 0;

  for (const OrderMessage& message : bad) {
    MessageReader reader;
    OrderMessage out;
    reader.append(bytes_of(message));
    EXPECT_EQ(reader.next(out), MessageReader::Result::malformed);
  }
}

TEST(BookUpdate, SurvivesTheWire) {
  BookUpdate sent = update_at(123);
  sent.sequence = 9;
  sent.quantity = 4;
  BookUpdate received;

  ASSERT_TRUE(decode(std::as_bytes(std::span{&sent, 1}), received));

  EXPECT_EQ(std::memcmp(&sent, &received, sizeof(sent)), 0);
}

TEST(BookUpdate, IsRefusedWhenShortOrOutOfRange) {
  BookUpdate out;
  const BookUpdate good = update_at(123);
  BookUpdate foreign = good;
  foreign.symbol = symbol_count;
  const BookUpdate free = update_at(0);

  EXPECT_FALSE(decode(std::as_bytes(std::span{&good, 1}).first(31), out));
  EXPECT_FALSE(decode(std::as_bytes(std::span{&foreign, 1}), out));
  EXPECT_FALSE(decode(std::as_bytes(std::span{&free, 1}), out));
}

}  // namespace
}  // namespace demo
