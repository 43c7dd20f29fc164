// SPDX-License-Identifier: Apache-2.0
#include "outputs/websocket_client.hpp"

namespace outrider::outputs::testing {
namespace {

constexpr std::uint8_t final_text = 0x81;

std::uint64_t number(const std::string& bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8U | static_cast<std::uint8_t>(byte);
  return value;
}

}  // namespace

WebSocketClient::WebSocketClient(std::uint16_t port, const std::string& headers, int receive_buffer)
    : client_{port, receive_buffer},
      answer_{client_.get("/ws",
                          "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                          "Sec-WebSocket-Version: 13\r\n" +
                              headers)} {}

std::optional<std::string> WebSocketClient::receive() {
  const std::string head = client_.read(2);
  if (head.size() < 2) return std::nullopt;
  std::uint64_t size = static_cast<std::uint8_t>(head[1]);
  if (size == 126) size = number(client_.read(2));
  if (size == 127) size = number(client_.read(8));
  const std::string text = client_.read(size);
  if (static_cast<std::uint8_t>(head[0]) != final_text || text.size() != size) return std::nullopt;
  return text;
}

bool WebSocketClient::send_text(const std::string& text) {
  constexpr char masked = '\x80';
  std::string frame{static_cast<char>(final_text)};
  if (text.size() < 126) {
    frame += static_cast<char>(masked | static_cast<char>(text.size()));
  } else {
    frame += static_cast<char>(masked | 126);
    frame += static_cast<char>(text.size() >> 8U);
    frame += static_cast<char>(text.size() & 0xFFU);
  }
  return client_.send(frame + std::string(4, '\0') + text);  // a mask of zeroes masks nothing
}

}  // namespace outrider::outputs::testing
