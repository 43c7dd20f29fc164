// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 server on one thread: on TCP for everyone who reads, or on a Unix
// socket that knows its peers. No client can hold up another: every step has a
// deadline, and there is a most of everything.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "outputs/http_message.hpp"
#include "outputs/listener.hpp"
#include "outputs/stream.hpp"

namespace outrider::outputs {

struct HttpServerOptions {
  /// Numeric address to listen on; unused with a unix_path.
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any free port, see HttpServer::port()

  /// When set, listens on this Unix socket instead, mode 0660.
  std::string unix_path{};

  /// From the connection, or from the first byte of a later request, to the
  /// end of its header; and again from there to the end of its body.
  std::chrono::milliseconds request_deadline{2000};
  /// How long a connection may stay open without a request. Longer than the
  /// usual scrape interval, so that Prometheus keeps its connection.
  std::chrono::milliseconds idle_deadline{120'000};
  /// For the whole answer. A client that reads slower is cut off.
  std::chrono::milliseconds write_deadline{10'000};

  /// One more, and the connection whose client has done nothing for longest is closed.
  std::size_t max_connections = 256;
  std::uint32_t max_header_bytes = 8 * 1024;
  std::uint64_t max_body_bytes = 64 * 1024;

  /// How far its thread steps back behind the others of the process (nice value).
  int steps_back = 0;
};

class HttpServer {
 public:
  /// `stream`: what those are told whom the handler lets listen (Response::joins_stream).
  HttpServer(HttpServerOptions options, Handler handler, std::shared_ptr<Stream> stream = nullptr);
  ~HttpServer();  ///< stops
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Listens and starts the thread; throws ListenError. Once.
  void start();
  /// Closes every connection and joins the thread; a Unix socket is removed.
  void stop();

  /// Any thread: whoever listens must come again, and is judged anew.
  void cut_off_listeners();

  /// The port that is listened on, once started; 0 on a Unix socket.
  [[nodiscard]] std::uint16_t port() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace outrider::outputs
