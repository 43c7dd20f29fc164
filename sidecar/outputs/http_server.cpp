// SPDX-License-Identifier: Apache-2.0
// The only file that includes Boost.Beast. Everything here runs on the server's
// one thread, except the public functions at the end.

// Asio's fences are for handlers that move between threads. Here one thread runs
// them all, and what is posted to it passes a mutex; ThreadSanitizer knows mutexes
// and no fences.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK 1

#include "outputs/http_server.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <set>
#include <thread>

#include "outputs/gzip.hpp"

namespace outrider::outputs {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Protocol = asio::generic::stream_protocol;  // TCP and Unix sockets alike
using Clock = std::chrono::steady_clock;

/// Smaller answers are not worth packing.
constexpr std::size_t least_bytes_to_pack = 512;
constexpr const char* allowed_methods = "GET, HEAD, POST";

/// The status that tells a client what was wrong with its request; 0 when it is
/// gone and nothing can be told.
unsigned status_of(error_code error) {
  if (error == http::error::end_of_stream || error == http::error::partial_message) return 0;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error == http::error::body_limit) return 413;
  return error.category() == make_error_code(http::error::bad_version).category() ? 400 : 0;
}

std::string sentence_of(unsigned status, error_code error, const HttpServerOptions& options) {
  const auto kib = [](std::uint64_t bytes) { return std::to_string(bytes / 1024) + " KiB"; };
  if (status == 431)
    return "found a longer header; needed at most " + kib(options.max_header_bytes) +
           "; send fewer fields\n";
  if (status == 413)
    return "found a longer body; needed at most " + kib(options.max_body_bytes) + "; send less\n";
  return "found " + error.message() + "; needed an HTTP/1.1 request; correct the client\n";
}

}  // namespace

/// One connection: waits for a request, reads it, answers, and waits again.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  using Gone = std::function<void(const std::shared_ptr<HttpSession>&)>;

  HttpSession(Protocol::socket socket, const HttpServerOptions& options, const Handler& handler,
              PackedPage& packed, Gone gone)
      : peer_{peer_credentials(socket.native_handle())},
        remote_{peer_address(socket.native_handle())},
        stream_{std::move(socket)},
        options_{options},
        handler_{handler},
        packed_{packed},
        gone_{std::move(gone)} {}

  void start() {
    stream_.expires_after(options_.request_deadline);
    wait_for_request();
  }
  void close() { stream_.close(); }

  /// When its client last did what it came for: connected, asked or read all.
  [[nodiscard]] Clock::time_point idle_since() const { return idle_since_; }

 private:
  /// A member function as a completion handler that keeps this session alive.
  template <class Step>
  auto then(Step step) {
    return [self = shared_from_this(), step](error_code error, std::size_t bytes) {
      ((*self).*step)(error, bytes);
    };
  }

  void wait_for_request() {
    body_.reset();
    parser_.emplace();
    parser_->header_limit(options_.max_header_bytes);
    parser_->body_limit(options_.max_body_bytes);
    if (buffer_.size() > 0) return read_header();  // it was sent with the one before
    stream_.async_read_some(buffer_.prepare(4096), then(&HttpSession::on_first_bytes));
  }

  void on_first_bytes(error_code error, std::size_t bytes) {
    if (error) return finish();
    buffer_.commit(bytes);
    read_header();
  }

  void read_header() {
    if (answered_) stream_.expires_after(options_.request_deadline);
    http::async_read_header(stream_, buffer_, *parser_, then(&HttpSession::on_header));
  }

  void on_header(error_code error, std::size_t) {
    if (error) return refuse(error);
    stream_.expires_after(options_.request_deadline);
    http::async_read(stream_, buffer_, *parser_, then(&HttpSession::on_request));
  }

  void on_request(error_code error, std::size_t) {
    if (error) return refuse(error);
    idle_since_ = Clock::now();
    write(answer(parser_->get()), parser_->keep_alive());
  }

  void refuse(error_code error) {
    const unsigned status = status_of(error);
    if (status == 0) return finish();
    write({.status = status, .body = sentence_of(status, error, options_)}, false);
  }

  Response answer(http::request<http::string_body>& message) {
    const http::verb method = message.method();
    if (method != http::verb::get && method != http::verb::head && method != http::verb::post) {
      return {.status = 405,
              .body = "found another method; needed GET, HEAD or POST\n",
              .headers = {{"Allow", allowed_methods}}};
    }
    Request request;
    const auto target = message.target();
    if (!set_target(request, {target.data(), target.size()})) {
      return {.status = 400,
              .body = "found a target of another form; needed a path such as /metrics\n"};
    }
    request.method = std::string{message.method_string()};
    request.body = std::move(message.body());
    request.peer = peer_;
    request.remote = remote_;
    for (const auto& field : message) {
      request.headers.emplace_back(
          lower_case({field.name_string().data(), field.name_string().size()}),
          std::string{field.value()});
    }
    try {
      return handler_(request);
    } catch (const std::exception& error) {
      return {.status = 500, .body = std::string{error.what()} + "\n"};
    }
  }

  void write(Response response, bool keep_alive) {
    const auto& request = parser_->get();
    answer_ = {};
    answer_.version(request.version() == 10 ? 10 : 11);
    answer_.result(response.status);
    answer_.set(http::field::server, "outrider");
    answer_.set(http::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers) answer_.insert(name, value);
    body_ = response.page != nullptr
                ? response.page
                : std::make_shared<const std::string>(std::move(response.body));
    pack(request, response.page != nullptr);
    answer_.content_length(body_->size());
    answer_.keep_alive(keep_alive);
    if (request.method() != http::verb::head) answer_.body() = {body_->data(), body_->size()};
    stream_.expires_after(options_.write_deadline);
    http::async_write(stream_, answer_, then(&HttpSession::on_written));
  }

  void pack(const http::request<http::string_body>& request, bool is_page) {
    if (body_->size() < least_bytes_to_pack) return;
    answer_.insert(http::field::vary, "Accept-Encoding");
    const auto accepted = request[http::field::accept_encoding];
    if (!accepts_gzip({accepted.data(), accepted.size()})) return;
    PackedPage own;
    const auto packed = (is_page ? packed_ : own).of(body_);
    if (packed == nullptr) return;
    body_ = packed;
    answer_.set(http::field::content_encoding, "gzip");
  }

  void on_written(error_code error, std::size_t) {
    if (error) return finish();
    idle_since_ = Clock::now();
    answered_ = true;
    if (!answer_.keep_alive()) return linger();
    stream_.expires_after(options_.idle_deadline);
    wait_for_request();
  }

  /// Closing with bytes unread would reset the connection, and the client could
  /// lose the answer: reads what is still sent, for as long as a request may take.
  void linger() {
    error_code ignored;
    stream_.socket().shutdown(Protocol::socket::shutdown_send, ignored);
    stream_.expires_after(options_.request_deadline);
    discard({}, 0);
  }

  void discard(error_code error, std::size_t) {
    body_.reset();
    buffer_.clear();
    if (error) return finish();
    stream_.async_read_some(buffer_.prepare(4096), then(&HttpSession::discard));
  }

  void finish() {
    stream_.close();
    gone_(shared_from_this());
  }

  std::optional<PeerCredentials> peer_;
  std::string remote_;
  beast::basic_stream<Protocol> stream_;
  const HttpServerOptions& options_;
  const Handler& handler_;
  PackedPage& packed_;
  Gone gone_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::shared_ptr<const std::string> body_;  ///< what `answer_` points into
  http::response<http::span_body<const char>> answer_;
  Clock::time_point idle_since_ = Clock::now();
  bool answered_ = false;
};

class HttpServer::Impl {
 public:
  Impl(HttpServerOptions options, Handler handler)
      : options_{std::move(options)}, handler_{std::move(handler)} {}

  void start() {
    Listener listener = options_.unix_path.empty() ? listen_on_tcp(options_.host, options_.port)
                                                   : listen_on_unix(options_.unix_path);
    port_ = bound_port(listener.socket.get());
    acceptor_.assign(Protocol{listener.family, 0}, listener.socket.release());
    accept();
    // Signals are for the main thread: this one must not take them.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread{[this] {
      setpriority(PRIO_PROCESS, 0, options_.steps_back);  // 0: on Linux, this thread
      io_.run();
    }};
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_setname_np(thread_.native_handle(), "outrider-http");
  }

  void stop() {
    if (!thread_.joinable()) return;
    if (!options_.unix_path.empty()) unlink(options_.unix_path.c_str());
    asio::post(io_, [this] {
      error_code ignored;
      acceptor_.close(ignored);
      retry_.cancel();
      for (const auto& session : sessions_) session->close();
    });
    thread_.join();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void accept() {
    acceptor_.async_accept([this](error_code error, Protocol::socket socket) {
      if (!acceptor_.is_open()) return;
      if (error) return accept_later();
      admit(std::move(socket));
      accept();
    });
  }

  /// Out of descriptors, most likely: trying again at once would spin.
  void accept_later() {
    retry_.expires_after(std::chrono::milliseconds{100});
    retry_.async_wait([this](error_code error) {
      if (!error) accept();
    });
  }

  void admit(Protocol::socket socket) {
    if (sessions_.size() >= options_.max_connections) evict();
    const auto session = std::make_shared<HttpSession>(
        std::move(socket), options_, handler_, packed_,
        [this](const std::shared_ptr<HttpSession>& gone) { sessions_.erase(gone); });
    sessions_.insert(session);
    session->start();
  }

  /// Closes the connection whose client has done nothing for longest. One that
  /// reads its answer slowly is no better than one that asks slowly: else as many
  /// slow readers as there is room for would shut everybody out.
  void evict() {
    const auto longest = std::min_element(
        sessions_.begin(), sessions_.end(),
        [](const auto& a, const auto& b) { return a->idle_since() < b->idle_since(); });
    if (longest == sessions_.end()) return;
    (*longest)->close();
    sessions_.erase(longest);
  }

  HttpServerOptions options_;
  Handler handler_;
  asio::io_context io_{1};
  asio::basic_socket_acceptor<Protocol> acceptor_{io_};
  asio::steady_timer retry_{io_};
  std::set<std::shared_ptr<HttpSession>> sessions_;
  PackedPage packed_;
  std::thread thread_;
  std::uint16_t port_ = 0;
};

HttpServer::HttpServer(HttpServerOptions options, Handler handler)
    : impl_{std::make_unique<Impl>(std::move(options), std::move(handler))} {}
HttpServer::~HttpServer() {
  impl_->stop();
}
void HttpServer::start() {
  impl_->start();
}
void HttpServer::stop() {
  impl_->stop();
}
std::uint16_t HttpServer::port() const {
  return impl_->port();
}

}  // namespace outrider::outputs
