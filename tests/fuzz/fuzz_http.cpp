// SPDX-License-Identifier: Apache-2.0
// What a client may send, over a real connection to the real server: the pages
// that everybody may read, and kill and arm of the control socket. A byte 0x1f
// in the input ends a write: what follows comes later.
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <thread>

#include "fuzz/fuzz.hpp"
#include "outputs/http_server.hpp"
#include "outputs/pages.hpp"
#include "outputs/sample_status.hpp"
#include "protection/control.hpp"
#include "protection/enforce.hpp"
#include "protection/kill_request.hpp"

namespace outrider::fuzz {
namespace {

using protection::Now;

constexpr char end_of_write = 0x1f;

std::shared_ptr<const aggregate::Snapshot> sample_snapshot() {
  auto schema = std::make_shared<aggregate::Schema>();
  schema->families.push_back({"orders_total",
                              "Orders \\ sent\nto the venue",
                              aggregate::FamilyKind::counter,
                              {},
                              {{{{"venue", "a\"b\\c\nd"}}, 0}}});
  schema->families.push_back(
      {"send_seconds", "Sent", aggregate::FamilyKind::histogram, {0.1, 1}, {{{}, 1}}});
  schema->value_count = 5;
  auto snapshot = std::make_shared<aggregate::Snapshot>();
  snapshot->schema = std::move(schema);
  snapshot->values = {7, 1, 2, 3, 2.5};
  snapshot->present = {1, 1, 1, 1, 1};
  return snapshot;
}

/// Protection as the control socket reaches it. The thread that is the client is the
/// guard and the journal's, too: it makes its passes while it waits.
class World : public protection::Ends {
 public:
  explicit World(const std::string& directory)
      : scribe_{open_journal(directory)}, control_{protection_, desk_, scribe_} {
    protection_.scope("venue=binance");
    protection_.tick(now());
    protection_.clear_changes();
  }

  protection::ControlAnswer kill(const outputs::Request& request) {
    was_asked_ = true;
    return control_.kill(request.body, caller_of(request), now());
  }
  protection::ControlAnswer arm(const outputs::Request& request) {
    was_asked_ = true;
    return control_.arm(request.body, caller_of(request), now());
  }
  void pass() {
    desk_.take(protection_, now());
    protection_.tick(now());
    protection::enforce(protection_, *this);
    desk_.answer(protection_);
    scribe_.write_noted();
  }
  [[nodiscard]] bool was_asked() const { return was_asked_; }

  void store_latch(const protection::Change&) noexcept override {}
  void store_gates() noexcept override {}
  void note(const protection::Entry& entry) noexcept override { scribe_.note(entry); }

 private:
  static Now now() { return {std::chrono::hours{1}, std::chrono::hours{500'000}}; }
  static protection::Caller caller_of(const outputs::Request& request) {
    require(request.peer.has_value(), "the kernel names who asks");
    return {protection::user_name(request.peer->uid), protection::Role::armer};
  }
  static protection::Journal open_journal(const std::string& directory) {
    const std::string path = directory + "/latch.journal";
    ::unlink(path.c_str());
    ::unlink((path + ".copy").c_str());
    protection::JournalImage found;
    return protection::Journal::open({path}, {}, found);
  }

  protection::Protection protection_;
  protection::CommandDesk desk_;
  protection::Scribe scribe_;
  protection::Control control_;
  std::atomic<bool> was_asked_{false};
};

/// The server, for the life of the process, and a world of its own for each input.
class Host {
 public:
  Host() {
    outputs::add_pages(router_, {.status = [] { return outputs::testing::sample_status(); },
                                 .snapshot = [this] { return snapshot_; },
                                 .refused_family = [](const std::string&) {}});
    const auto json = [](const protection::ControlAnswer& from) -> outputs::Response {
      return {.status = from.status, .content_type = "application/json", .body = from.body};
    };
    router_.add("POST", "/api/v1/kill",
                [this, json](const auto& request) { return json(world_->kill(request)); });
    router_.add("POST", "/api/v1/arm",
                [this, json](const auto& request) { return json(world_->arm(request)); });
    server_.start();
  }

  /// A world that nobody has asked anything of is as good as new.
  World& world() {
    if (world_ == nullptr || world_->was_asked()) world_ = std::make_unique<World>(scratch_.path());
    return *world_;
  }
  [[nodiscard]] int connect() const {
    const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    require(::connect(client, generic, sizeof address) == 0, "the server takes a connection");
    return client;
  }

 private:
  [[nodiscard]] std::string path() const { return scratch_.path() + "/socket"; }

  Scratch scratch_;
  std::shared_ptr<const aggregate::Snapshot> snapshot_ = sample_snapshot();
  outputs::Router router_;
  std::unique_ptr<World> world_;
  outputs::HttpServer server_{{.unix_path = path()}, [this](const outputs::Request& request) {
                                return router_.answer(request);
                              }};
};

class Client {
 public:
  Client(const Host& host, World& world) : socket_{host.connect()}, world_{world} {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(socket_); }

  /// Writes a piece and waits until the server has read it.
  void send(std::string_view piece) {
    while (!piece.empty() && !is_closed_) {
      const ssize_t sent = ::send(socket_, piece.data(), piece.size(), MSG_NOSIGNAL);
      if (sent > 0) piece.remove_prefix(static_cast<std::size_t>(sent));
      if (sent < 0 && errno == EPIPE) return;
      step(piece.empty() ? 0 : POLLOUT);
    }
    int unread = 1;
    while (!is_closed_ && ::ioctl(socket_, TIOCOUTQ, &unread) == 0 && unread > 0) step(0);
  }

  /// Nothing more comes; until the server has closed, too.
  std::string finish() {
    ::shutdown(socket_, SHUT_WR);
    while (!is_closed_) step(0);
    return std::move(answers_);
  }

 private:
  void step(short wanted) {
    world_.pass();
    pollfd ready{socket_, static_cast<short>(POLLIN | wanted), 0};
    if (::poll(&ready, 1, 0) == 0) std::this_thread::yield();
    char bytes[16384];
    const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got > 0) answers_.append(bytes, static_cast<std::size_t>(got));
    is_closed_ = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
  }

  int socket_;
  World& world_;
  std::string answers_;
  bool is_closed_ = false;
};

}  // namespace

void run_one(Bytes input) {
  static Host host;
  Client client{host, host.world()};
  std::string_view text = text_of(input);
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, text.find(end_of_write));
    text.remove_prefix(std::min(text.size(), piece.size() + 1));
    client.send(piece);
  }
  const std::string answers = client.finish();
  require(answers.empty() || answers.starts_with("HTTP/1."), "an answer is HTTP");
}

}  // namespace outrider::fuzz
