// SPDX-License-Identifier: Apache-2.0
// A WebSocket's other end, by the bytes of RFC 6455.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "outputs/socket_client.hpp"

namespace outrider::outputs::testing {

class WebSocketClient {
 public:
  /// `receive_buffer`: of the kernel, bytes; 0: its usual.
  explicit WebSocketClient(std::uint16_t port, const std::string& headers = {},
                           int receive_buffer = 0);

  /// Of the handshake.
  [[nodiscard]] const Answer& answer() const { return answer_; }
  /// The next message of text; nothing when the other end has closed.
  std::optional<std::string> receive();
  /// As a browser sends it.
  bool send_text(const std::string& text);
  bool is_closed() { return client_.is_closed(); }

 private:
  SocketClient client_;
  Answer answer_;
};

}  // namespace outrider::outputs::testing
