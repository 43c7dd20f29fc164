// SPDX-License-Identifier: Apache-2.0
// Everything here runs on the server's one thread, except the public functions at the
// end.
#include "outputs/http_server.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <set>
#include <thread>

#include "outputs/http_session.hpp"
#include "outputs/listener.hpp"
#include "outputs/websocket.hpp"

namespace outrider::outputs {

class HttpServer::Impl {
 public:
  Impl(HttpServerOptions options, Handler handler, std::shared_ptr<Stream> stream)
      : options_{std::move(options)}, handler_{std::move(handler)} {
    if (stream != nullptr) audience_.emplace(io_, std::move(stream));
  }

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
      if (audience_) audience_->close();
    });
    thread_.join();
  }

  void cut_off_listeners() {
    asio::post(io_, [this] {
      if (audience_) audience_->cut_off();
    });
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
    const auto session = std::make_shared<HttpSession>(std::move(socket), around_);
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

  bool let_listen(HttpSession& session) {
    if (!audience_ || audience_->is_full()) return false;
    TextRequest request = session.take_request();
    audience_->admit(session.release(), std::move(request), session.remote());
    return true;
  }

  HttpServerOptions options_;
  Handler handler_;
  asio::io_context io_{1};
  asio::basic_socket_acceptor<Protocol> acceptor_{io_};
  asio::steady_timer retry_{io_};
  std::set<std::shared_ptr<HttpSession>> sessions_;
  PackedPage packed_;
  std::optional<Audience> audience_;
  const HttpSession::Surroundings around_{
      options_, handler_, packed_,
      [this](const std::shared_ptr<HttpSession>& gone) { sessions_.erase(gone); },
      [this](HttpSession& session) { return let_listen(session); }};
  std::thread thread_;
  std::uint16_t port_ = 0;
};

HttpServer::HttpServer(HttpServerOptions options, Handler handler, std::shared_ptr<Stream> stream)
    : impl_{std::make_unique<Impl>(std::move(options), std::move(handler), std::move(stream))} {}
HttpServer::~HttpServer() {
  impl_->stop();
}
void HttpServer::start() {
  impl_->start();
}
void HttpServer::stop() {
  impl_->stop();
}
void HttpServer::cut_off_listeners() {
  impl_->cut_off_listeners();
}
std::uint16_t HttpServer::port() const {
  return impl_->port();
}

}  // namespace outrider::outputs
