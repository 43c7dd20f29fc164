// SPDX-License-Identifier: Apache-2.0
// WebSockets (RFC 6455) to whom a Stream is told. On the server's thread, all of it.
// What a client says is read and thrown away.
#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "outputs/beast.hpp"
#include "outputs/stream.hpp"

namespace outrider::outputs {

class WebSocketSession;

/// Everybody who listens to one stream.
class Audience {
 public:
  /// Each costs a message's writing each period.
  static constexpr std::size_t most_listeners = 32;
  /// Messages that wait for one listener: five seconds of a stream of ten a second. With
  /// more it is cut off; they are shared, so that many slow ones cost no more memory.
  static constexpr std::size_t most_waiting = 50;

  Audience(asio::io_context& io, std::shared_ptr<Stream> stream);
  ~Audience();

  [[nodiscard]] bool is_full() const { return sessions_.size() >= most_listeners; }

  /// Answers the handshake, then tells the greeting, then what comes.
  void admit(Protocol::socket socket, TextRequest request, const std::string& remote);

  /// Cuts off all.
  void close();

 private:
  friend class WebSocketSession;
  using Clock = std::chrono::steady_clock;

  void greet(WebSocketSession& session);
  void leave(const std::shared_ptr<WebSocketSession>& session);
  void tell_all();
  void wait();

  std::shared_ptr<Stream> stream_;
  asio::steady_timer timer_;
  bool is_ticking_ = false;
  std::set<std::shared_ptr<WebSocketSession>> sessions_;
};

}  // namespace outrider::outputs
