// SPDX-License-Identifier: Apache-2.0
// One connection: waits for a request, reads it, answers, and waits again. On the
// server's thread, all of it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "outputs/beast.hpp"
#include "outputs/gzip.hpp"
#include "outputs/http_server.hpp"

namespace outrider::outputs {

class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  /// What all connections of a server have in common; it outlives them.
  struct Surroundings {
    const HttpServerOptions& options;
    const Handler& handler;
    PackedPage& packed;
    std::function<void(const std::shared_ptr<HttpSession>&)> gone;
    /// Takes over a connection that asks to listen; false: it has no room for another one.
    std::function<bool(HttpSession&)> listens;
  };

  HttpSession(Protocol::socket socket, const Surroundings& around);

  void start();
  void close() { stream_.close(); }

  /// When its client last did what it came for: connected, asked or read all.
  [[nodiscard]] std::chrono::steady_clock::time_point idle_since() const { return idle_since_; }

  /// For who takes over: nothing more happens here.
  Protocol::socket release() { return stream_.release_socket(); }
  [[nodiscard]] TextRequest take_request() { return parser_->release(); }
  [[nodiscard]] const std::string& remote() const { return remote_; }

 private:
  template <class Step>
  auto then(Step step);

  void wait_for_request();
  void on_first_bytes(error_code error, std::size_t bytes);
  void read_header();
  void on_header(error_code error, std::size_t);
  void on_request(error_code error, std::size_t);
  void refuse(error_code error);
  Response answer(TextRequest& message);
  void write(Response response, bool keep_alive);
  void pack(const TextRequest& request, bool is_page);
  void on_written(error_code error, std::size_t);
  void linger();
  void discard(error_code error, std::size_t);
  void finish();

  std::optional<PeerCredentials> peer_;
  std::string remote_;
  beast::basic_stream<Protocol> stream_;
  const Surroundings& around_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::shared_ptr<const std::string> body_;  ///< what `answer_` points into
  http::response<http::span_body<const char>> answer_;
  std::chrono::steady_clock::time_point idle_since_ = std::chrono::steady_clock::now();
  bool answered_ = false;
};

}  // namespace outrider::outputs
