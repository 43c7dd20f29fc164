// SPDX-License-Identifier: Apache-2.0
// Listeners over real sockets: what they are told, and which are cut off.
#include "outputs/websocket.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "outputs/http_server.hpp"
#include "outputs/socket_client.hpp"
#include "outputs/websocket_client.hpp"

namespace outrider::outputs {
namespace {

using namespace std::chrono_literals;
using testing::SocketClient;
using testing::WebSocketClient;

Message text_message(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

/// Counts from 1 on, to whoever listens.
class Counting : public Stream {
 public:
  explicit Counting(std::size_t size = 1) : size_{size} {}
  Telling tell(bool somebody_is_new) override {
    if (throws) throw std::runtime_error{"on purpose"};
    Telling telling;
    if (somebody_is_new) telling.to_new.assign(greetings, text_message("welcome"));
    telling.to_all = {text_message(std::string(size_, 'x') + std::to_string(++told))};
    return telling;
  }
  [[nodiscard]] std::chrono::milliseconds period() const override { return 2ms; }
  void listened_by(std::size_t clients) override { listeners = clients; }
  void dropped(const std::string& remote) override {
    EXPECT_EQ(remote, "127.0.0.1");
    ++drops;
  }
  void failed(const std::string& why) override {
    EXPECT_EQ(why, "on purpose");
    ++failures;
  }

  std::atomic<int> told{0};
  std::atomic<std::size_t> listeners{0};
  std::atomic<int> drops{0};
  std::atomic<int> failures{0};
  std::atomic<bool> throws{false};
  std::size_t greetings = 1;

 private:
  std::size_t size_;
};

Response answer(const Request& request) {
  if (request.path == "/ws") return {.joins_stream = true};
  return {.body = "plain"};
}

struct Listeners : ::testing::Test {
  void start(std::size_t message_bytes = 1) {
    stream = std::make_shared<Counting>(message_bytes);
    server = std::make_unique<HttpServer>(HttpServerOptions{}, answer, stream);
    server->start();
  }
  [[nodiscard]] bool eventually(const std::function<bool()>& condition) const {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(1ms);
    }
    return true;
  }

  std::shared_ptr<Counting> stream;
  std::unique_ptr<HttpServer> server;
};

TEST_F(Listeners, AreGreetedAndThenToldEverythingInOrder) {
  start();
  WebSocketClient one{server->port()};
  EXPECT_EQ(one.answer().status, 101);
  EXPECT_EQ(one.answer().headers.at("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(one.answer().headers.count("sec-websocket-protocol"), 0U);
  EXPECT_EQ(one.receive(), "welcome");
  const std::string first = one.receive().value();
  for (int number = std::stoi(first.substr(1)) + 1, end = number + 50; number != end; ++number)
    ASSERT_EQ(one.receive(), "x" + std::to_string(number));
}

TEST_F(Listeners, AreAnsweredOurSubprotocolAndNeverTheTokenBesideIt) {
  start();
  for (const char* offered :
       {"outrider.live, outrider.token.3031", "outrider.token.3031,outrider.live"}) {
    WebSocketClient one{server->port(), std::string{"Sec-WebSocket-Protocol: "} + offered + "\r\n"};
    EXPECT_EQ(one.answer().headers.at("sec-websocket-protocol"), "outrider.live") << offered;
  }
  WebSocketClient other{server->port(), "Sec-WebSocket-Protocol: outrider.token.3031\r\n"};
  EXPECT_EQ(other.answer().headers.count("sec-websocket-protocol"), 0U);
}

TEST_F(Listeners, ReadAGreetingOfAnyLength) {
  stream = std::make_shared<Counting>();
  stream->greetings = 10 * Audience::longest_wait;
  server = std::make_unique<HttpServer>(HttpServerOptions{}, answer, stream);
  server->start();
  WebSocketClient one{server->port()};
  for (std::size_t i = 0; i < stream->greetings; ++i) ASSERT_EQ(one.receive(), "welcome");
  EXPECT_TRUE(one.receive());
  EXPECT_EQ(stream->drops, 0);
}

TEST_F(Listeners, SurviveATellingThatFails) {
  start();
  WebSocketClient one{server->port()};
  ASSERT_EQ(one.receive(), "welcome");
  stream->throws = true;
  ASSERT_TRUE(eventually([this] { return stream->failures > 2; }));
  stream->throws = false;
  const int told = stream->told;
  ASSERT_TRUE(eventually([&] { return stream->told > told; }));
  EXPECT_TRUE(one.receive());
}

TEST_F(Listeners, AreCutOffWhenWhoMayListenIsDecidedAnew) {
  start();
  WebSocketClient one{server->port()};
  ASSERT_EQ(one.receive(), "welcome");
  server->cut_off_listeners();
  EXPECT_TRUE(one.is_closed());
  EXPECT_TRUE(eventually([this] { return stream->listeners == 0; }));
  EXPECT_EQ(stream->drops, 0);
  EXPECT_EQ(WebSocketClient{server->port()}.receive(), "welcome");
}

TEST_F(Listeners, CostNothingWhenThereAreNone) {
  start();
  {
    WebSocketClient one{server->port()};
    ASSERT_TRUE(eventually([this] { return stream->told > 3; }));
  }
  ASSERT_TRUE(eventually([this] { return stream->listeners == 0; }));
  std::this_thread::sleep_for(20ms);  // one more may have been due
  const int told = stream->told;
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(stream->told, told);
}

TEST_F(Listeners, AreServedBesidePlainRequestsAndAfterOne) {
  start();
  WebSocketClient listener{server->port()};
  SocketClient reader{server->port()};
  for (int i = 0; i < 20; ++i) EXPECT_EQ(reader.get("/page").body, "plain");
  EXPECT_EQ(reader
                .get("/ws",
                     "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
                     "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n")
                .status,
            101);
  EXPECT_EQ(listener.receive(), "welcome");
}

TEST_F(Listeners, AreCutOffWhenTheyReadTooSlowlyAndTheOthersAreNot) {
  start(64 * 1024);
  WebSocketClient slow{server->port()};
  WebSocketClient quick{server->port()};
  ASSERT_EQ(quick.receive(), "welcome");
  ASSERT_TRUE(eventually([&] {
    EXPECT_TRUE(quick.receive());
    return stream->drops == 1;
  }));
  EXPECT_EQ(stream->listeners, 1U);
  EXPECT_TRUE(quick.receive());
}

TEST_F(Listeners, AreAtMostSoManyAndTheNextIsToldSo) {
  start();
  std::vector<std::unique_ptr<WebSocketClient>> all;
  for (std::size_t i = 0; i < Audience::most_listeners; ++i)
    all.push_back(std::make_unique<WebSocketClient>(server->port()));
  WebSocketClient one_more{server->port()};
  EXPECT_EQ(one_more.answer().status, 503);
  EXPECT_NE(one_more.answer().body.find("found as many listeners"), std::string::npos);
  all.pop_back();
  ASSERT_TRUE(eventually([this] { return stream->listeners == Audience::most_listeners - 1; }));
  EXPECT_EQ(WebSocketClient{server->port()}.answer().status, 101);
}

TEST_F(Listeners, MayTalkButNotAtLength) {
  start();
  WebSocketClient one{server->port()};
  EXPECT_TRUE(one.send_text("hello"));
  EXPECT_EQ(one.receive(), "welcome");
  EXPECT_TRUE(one.receive());
  EXPECT_TRUE(one.send_text(std::string(5000, 'x')));
  EXPECT_TRUE(one.is_closed());
  EXPECT_TRUE(eventually([this] { return stream->listeners == 0; }));
  EXPECT_EQ(stream->drops, 0);
}

TEST_F(Listeners, MayNotTalkWithoutEnd) {
  start();
  WebSocketClient one{server->port()};
  while (one.send_text("x")) {
  }
  EXPECT_TRUE(eventually([this] { return stream->listeners == 0; }));
}

TEST_F(Listeners, WithABrokenHandshakeAreRefusedAndForgotten) {
  start();
  SocketClient one{server->port()};
  EXPECT_EQ(one.get("/ws", "Upgrade: websocket\r\nConnection: Upgrade\r\n").status, 400);
  EXPECT_TRUE(eventually([this] { return stream->listeners == 0; }));
}

TEST_F(Listeners, DoNotHoldUpTheEnd) {
  start(64 * 1024);
  WebSocketClient silent{server->port()};
  ASSERT_TRUE(eventually([this] { return stream->told > 10; }));
  const auto begin = std::chrono::steady_clock::now();
  server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  EXPECT_TRUE(silent.is_closed());
}

}  // namespace
}  // namespace outrider::outputs
