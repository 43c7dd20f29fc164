// SPDX-License-Identifier: Apache-2.0
#include "outputs/websocket.hpp"

#include <algorithm>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <utility>

namespace outrider::outputs {

namespace {

namespace websocket = boost::beast::websocket;
using namespace std::chrono_literals;

constexpr auto handshake_deadline = 2s;
/// A client that answers nothing for so long, not even a ping, is gone.
constexpr auto silence_deadline = 30s;
/// Nothing a client could say is of use here.
constexpr std::size_t longest_word_of_a_client = 4096;
/// What the kernel keeps for a listener, beside Audience::most_waiting.
constexpr int send_buffer_bytes = 64 * 1024;

}  // namespace

class WebSocketSession : public std::enable_shared_from_this<WebSocketSession> {
 public:
  WebSocketSession(Protocol::socket socket, std::string remote, Audience& audience)
      : stream_{std::move(socket)}, remote_{std::move(remote)}, audience_{audience} {}

  void accept(TextRequest request) {
    request_ = std::move(request);
    beast::get_lowest_layer(stream_).expires_never();  // the timeouts below take its place
    stream_.set_option(websocket::stream_base::timeout{handshake_deadline, silence_deadline, true});
    stream_.set_option(websocket::stream_base::decorator([this](websocket::response_type& answer) {
      answer.set(http::field::server, "outrider");
      if (!subprotocol().empty())
        answer.set(http::field::sec_websocket_protocol, std::string{subprotocol()});
    }));
    stream_.auto_fragment(false);  // a message is one frame, for listeners who know no more
    stream_.text(true);
    stream_.read_message_max(longest_word_of_a_client);
    stream_.async_accept(request_, [self = shared_from_this()](error_code error) {
      if (error) return self->finish();
      self->is_open_ = true;
      self->request_ = {};
      self->audience_.greet(*self);
      self->listen();
    });
  }

  /// False: it has read too little of what came before.
  [[nodiscard]] bool tell(const Message& message) {
    if (!is_open_) return true;
    if (waiting_.size() >= Audience::most_waiting) return false;
    waiting_.push_back(message);
    if (waiting_.size() == 1) write();
    return true;
  }

  /// At once: a client that reads nothing would not read a farewell.
  void cut_off() {
    is_open_ = false;
    beast::get_lowest_layer(stream_).close();
  }

  [[nodiscard]] const std::string& remote() const { return remote_; }

 private:
  /// The first that it offers: a browser refuses an answer without one of its own.
  [[nodiscard]] std::string_view subprotocol() const {
    const auto offered = request_[http::field::sec_websocket_protocol];
    const std::string_view all{offered.data(), offered.size()};
    return all.substr(0, all.find_first_of(", "));
  }

  void write() {
    stream_.async_write(asio::buffer(*waiting_.front()),
                        [self = shared_from_this()](error_code error, std::size_t) {
                          if (error) return self->finish();
                          self->waiting_.pop_front();
                          if (self->is_open_ && !self->waiting_.empty()) self->write();
                        });
  }

  /// Pings, farewells and the end of a connection are seen by who reads.
  void listen() {
    heard_.clear();
    stream_.async_read(heard_, [self = shared_from_this()](error_code error, std::size_t) {
      if (error) return self->finish();
      self->listen();
    });
  }

  void finish() {
    is_open_ = false;
    audience_.leave(shared_from_this());
  }

  websocket::stream<beast::basic_stream<Protocol>> stream_;
  std::string remote_;
  Audience& audience_;
  TextRequest request_;
  beast::flat_buffer heard_;
  std::deque<Message> waiting_;  ///< the first is being written
  bool is_open_ = false;
};

Audience::Audience(asio::io_context& io, std::shared_ptr<Stream> stream)
    : stream_{std::move(stream)}, timer_{io} {}

Audience::~Audience() = default;

void Audience::admit(Protocol::socket socket, TextRequest request, const std::string& remote) {
  error_code ignored;
  socket.set_option(asio::socket_base::send_buffer_size{send_buffer_bytes}, ignored);
  const auto session = std::make_shared<WebSocketSession>(std::move(socket), remote, *this);
  sessions_.insert(session);
  stream_->listened_by(sessions_.size());
  session->accept(std::move(request));
}

void Audience::greet(WebSocketSession& session) {
  for (const Message& message : stream_->greeting()) {
    if (!session.tell(message)) return session.cut_off();
  }
  if (!std::exchange(is_ticking_, true)) {
    timer_.expires_after(stream_->period());
    wait();
  }
}

void Audience::leave(const std::shared_ptr<WebSocketSession>& session) {
  if (sessions_.erase(session) != 0) stream_->listened_by(sessions_.size());
}

void Audience::wait() {
  timer_.async_wait([this](error_code error) {
    if (error) return;
    if (sessions_.empty()) {
      is_ticking_ = false;
      return;
    }
    tell_all();
    wait();
  });
}

/// The next time is a period after this one was due, and never sooner than this one took:
/// others have requests.
void Audience::tell_all() {
  const Clock::time_point due = timer_.expiry();
  const Clock::time_point begin = Clock::now();
  std::set<std::shared_ptr<WebSocketSession>> slow;
  for (const Message& message : stream_->next()) {
    for (const auto& session : sessions_) {
      if (!session->tell(message)) slow.insert(session);
    }
  }
  for (const auto& session : slow) {
    session->cut_off();
    leave(session);
    stream_->dropped(session->remote());
  }
  const Clock::time_point end = Clock::now();
  timer_.expires_at(std::max(due + stream_->period(), end + (end - begin)));
}

void Audience::close() {
  timer_.cancel();
  for (const auto& session : sessions_) session->cut_off();
  sessions_.clear();
}

}  // namespace outrider::outputs
