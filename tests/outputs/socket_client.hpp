// SPDX-License-Identifier: Apache-2.0
// A client that sends exactly the bytes it is told to, when it is told to. Its
// reads give up after ten seconds, so that a test fails instead of hanging.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace outrider::outputs::testing {

struct Answer {
  int status = 0;                              ///< 0: the connection ended before an answer
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

class SocketClient {
 public:
  /// 127.0.0.1; `receive_buffer`: of the kernel, bytes; 0: its usual.
  explicit SocketClient(std::uint16_t port, int receive_buffer = 0);
  explicit SocketClient(const std::string& unix_path);
  ~SocketClient();
  SocketClient(SocketClient&& other) noexcept;
  SocketClient(const SocketClient&) = delete;
  SocketClient& operator=(const SocketClient&) = delete;

  /// False when the other end has closed.
  bool send(const std::string& bytes);
  /// Reads one answer; of a HEAD, its header only.
  Answer receive(bool head = false);
  /// Sends "GET path" and reads the answer.
  Answer get(const std::string& path, const std::string& headers = "");
  /// So many bytes; fewer when the other end closed before.
  std::string read(std::size_t size);
  /// Waits for the other end to close; false when ten seconds passed first.
  bool is_closed();

 private:
  bool read_more();

  int fd_;
  std::string unread_;
};

}  // namespace outrider::outputs::testing
