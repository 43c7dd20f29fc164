// SPDX-License-Identifier: Apache-2.0
#include "outputs/websocket.hpp"

#include <algorithm>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <exception>
#include <utility>
#include <vector>

namespace outrider::outputs {

namespace {

namespace websocket = boost::beast::websocket;
using namespace std::chrono_literals;

constexpr auto handshake_deadline = 2s;
/// A client that answers nothing for so long, not even a ping, is gone.
constexpr auto silence_deadline = 30s;
/// Nothing a client could say is of use here.
constexpr std::size_t longest_word_of_a_client = 4096;
/// What the kernel keeps for a listener, beside Audience::longest_wait.
constexpr int send_buffer_bytes = 64 * 1024;
/// A browser that offers subprotocols refuses an answer without one of them. Never another
/// one: a token may be among them.
constexpr const char* our_subprotocol = "outrider.live";
/// After a tick the thread is others' for so many times as long as that took.
constexpr int times_its_cost = 2;

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
      http::token_list offered{request_[http::field::sec_websocket_protocol]};
      if (offered.exists(our_subprotocol))
        answer.set(http::field::sec_websocket_protocol, our_subprotocol);
    }));
    stream_.auto_fragment(false);  // a message is one frame, for listeners who know no more
    stream_.text(true);
    stream_.read_message_max(longest_word_of_a_client);
    stream_.async_accept(request_, [self = shared_from_this()](error_code error) {
      if (error) return self->finish();
      self->is_open_ = true;
      self->request_ = {};
      self->audience_.begin();
      self->listen();
    });
  }

  [[nodiscard]] bool is_open() const { return is_open_; }
  [[nodiscard]] bool is_new() const { return is_open_ && is_new_; }
  [[nodiscard]] bool is_slow(std::uint64_t tick) const {
    return !waiting_.empty() && tick - waiting_.front().tick > Audience::longest_wait;
  }

  void tell(const Stream::Telling& telling, std::uint64_t tick) {
    said_ = 0;
    if (std::exchange(is_new_, false)) push(telling.to_new, tick);
    push(telling.to_all, tick);
  }

  /// At once: a client that reads nothing would not read a farewell.
  void cut_off() {
    is_open_ = false;
    beast::get_lowest_layer(stream_).close();
  }

  [[nodiscard]] const std::string& remote() const { return remote_; }

 private:
  struct Waiting {
    Message message;
    std::uint64_t tick;  ///< since which it waits
  };

  void push(const std::vector<Message>& messages, std::uint64_t tick) {
    const bool is_writing = !waiting_.empty();
    for (const Message& message : messages) waiting_.push_back({message, tick});
    if (!is_writing && !waiting_.empty()) write();
  }

  void write() {
    stream_.async_write(asio::buffer(*waiting_.front().message),
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
      if (error || ++self->said_ > Audience::most_said) return self->finish();
      self->listen();
    });
  }

  void finish() {
    cut_off();
    audience_.leave(shared_from_this());
  }

  websocket::stream<beast::basic_stream<Protocol>> stream_;
  std::string remote_;
  Audience& audience_;
  TextRequest request_;
  beast::flat_buffer heard_;
  std::deque<Waiting> waiting_;  ///< the first is being written
  std::size_t said_ = 0;         ///< messages of the client since it was told something
  bool is_open_ = false;
  bool is_new_ = true;
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

void Audience::leave(const std::shared_ptr<WebSocketSession>& session) {
  if (sessions_.erase(session) != 0) stream_->listened_by(sessions_.size());
}

/// Somebody listens: the first is told something a period later, whoever comes then too.
void Audience::begin() {
  if (std::exchange(is_ticking_, true)) return;
  timer_.expires_after(stream_->period());
  wait();
}

void Audience::wait() {
  timer_.async_wait([this](error_code error) {
    if (error) return;
    if (sessions_.empty()) {
      is_ticking_ = false;
      return;
    }
    tick();
    wait();
  });
}

/// The next time is a period after this one was due, unless this one took long: others
/// have requests.
void Audience::tick() {
  const Clock::time_point due = timer_.expiry();
  const Clock::time_point begin = Clock::now();
  try {
    tell_all();
  } catch (const std::exception& error) {
    stream_->failed(error.what());
  }
  const Clock::time_point end = Clock::now();
  timer_.expires_at(std::max(due + stream_->period(), end + times_its_cost * (end - begin)));
}

void Audience::tell_all() {
  ++tick_;
  const Stream::Telling telling = stream_->tell(std::any_of(
      sessions_.begin(), sessions_.end(), [](const auto& session) { return session->is_new(); }));
  const auto sessions = sessions_;
  for (const auto& session : sessions) {
    if (!session->is_open()) continue;
    if (!session->is_slow(tick_)) {
      session->tell(telling, tick_);
      continue;
    }
    session->cut_off();
    leave(session);
    stream_->dropped(session->remote());
  }
}

void Audience::cut_off() {
  for (const auto& session : sessions_) session->cut_off();
  sessions_.clear();
  stream_->listened_by(0);
}

void Audience::close() {
  timer_.cancel();
  cut_off();
}

}  // namespace outrider::outputs
