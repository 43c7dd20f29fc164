// SPDX-License-Identifier: Apache-2.0
// WebSockets (RFC 6455) to whom a Stream is told. On the server's thread, all of it.
// What a client says is read and thrown away.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
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
  /// Periods that a message may wait for a listener: five seconds of a stream of ten a
  /// second. Messages are shared, so that many slow ones cost no more memory.
  static constexpr std::uint64_t longest_wait = 50;
  /// What a listener may say in a period; it is thrown away, but it is read.
  static constexpr std::size_t most_said = 100;

  Audience(asio::io_context& io, std::shared_ptr<Stream> stream);
  ~Audience();

  [[nodiscard]] bool is_full() const { return sessions_.size() >= most_listeners; }

  /// Answers the handshake; then it is told what all are.
  void admit(Protocol::socket socket, TextRequest request, const std::string& remote);

  void cut_off();  ///< all of them
  void close();    ///< for good

 private:
  friend class WebSocketSession;
  using Clock = std::chrono::steady_clock;

  void leave(const std::shared_ptr<WebSocketSession>& session);
  void begin();
  void wait();
  void tick();
  void tell_all();

  std::shared_ptr<Stream> stream_;
  asio::steady_timer timer_;
  bool is_ticking_ = false;
  std::uint64_t tick_ = 0;
  std::set<std::shared_ptr<WebSocketSession>> sessions_;
};

}  // namespace outrider::outputs
