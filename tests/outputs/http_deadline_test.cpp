// SPDX-License-Identifier: Apache-2.0
// No client can hold up another, nor stay for ever.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "outputs/http_server.hpp"
#include "outputs/socket_client.hpp"

namespace outrider::outputs {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using testing::SocketClient;

Response hello(const Request&) {
  return {.body = "hello\n"};
}

constexpr std::size_t long_page = 100'000;
const std::string begun_request = "GET /metrics HTTP/1.1\r\nHost:";

TEST(HttpDeadline, DoesNotLetHalfOpenClientsBlockAScrape) {
  HttpServer server{{.request_deadline = 1h}, hello};
  server.start();
  SocketClient silent{server.port()};
  SocketClient slow{server.port()};
  slow.send(begun_request);

  EXPECT_EQ(SocketClient{server.port()}.get("/metrics").body, "hello\n");
}

TEST(HttpDeadline, EndsAConnectionThatSendsNothing) {
  HttpServer server{{.request_deadline = 50ms}, hello};
  server.start();

  EXPECT_TRUE(SocketClient{server.port()}.is_closed());
}

TEST(HttpDeadline, EndsAHeaderThatIsNotFinished) {
  HttpServer server{{.request_deadline = 50ms}, hello};
  server.start();
  SocketClient slow{server.port()};

  slow.send(begun_request);

  EXPECT_TRUE(slow.is_closed());
}

TEST(HttpDeadline, IsForTheWholeHeaderNotForEachByte) {
  HttpServer server{{.request_deadline = 100ms}, hello};
  server.start();
  SocketClient slow{server.port()};
  slow.send(begun_request);

  // Far more bytes than one deadline apart; ends only when the server closes.
  while (slow.send("x")) std::this_thread::sleep_for(5ms);

  EXPECT_TRUE(slow.is_closed());
}

TEST(HttpDeadline, EndsABodyThatIsNotFinished) {
  HttpServer server{{.request_deadline = 50ms}, hello};
  server.start();
  SocketClient slow{server.port()};

  slow.send("POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 10\r\n\r\nhalf");

  EXPECT_TRUE(slow.is_closed());
}

TEST(HttpDeadline, EndsAConnectionWithoutANextRequest) {
  HttpServer server{{.idle_deadline = 50ms}, hello};
  server.start();
  SocketClient idle{server.port()};

  EXPECT_EQ(idle.get("/").status, 200);

  EXPECT_TRUE(idle.is_closed());
}

TEST(HttpDeadline, EndsAnAnswerThatIsNotRead) {
  // More than the buffers of both sockets can take.
  HttpServer server{{.write_deadline = 50ms}, [](const Request&) -> Response {
                      return {.body = std::string(64 << 20, 'x')};
                    }};
  server.start();
  SocketClient slow{server.port()};
  slow.send("GET / HTTP/1.1\r\nHost: o\r\n\r\n");

  // The server gives up while nobody reads; a sleep makes sure of it.
  std::this_thread::sleep_for(1s);

  EXPECT_LT(slow.receive().body.size(), std::size_t{64} << 20);
}

TEST(HttpConnections, OneTooManyClosesTheOneThatWasIdleLongest) {
  HttpServer server{{.max_connections = 64}, hello};
  server.start();
  std::vector<SocketClient> clients;
  for (int i = 0; i < 64; ++i) {
    EXPECT_EQ(clients.emplace_back(server.port()).get("/").status, 200);
  }
  EXPECT_EQ(clients[0].get("/").status, 200);  // now the second is idle longest

  SocketClient one_more{server.port()};

  EXPECT_EQ(one_more.get("/").status, 200);
  EXPECT_TRUE(clients[1].is_closed());
  EXPECT_EQ(clients[0].get("/").status, 200);
  EXPECT_EQ(clients[63].get("/").status, 200);
}

TEST(HttpConnections, ThatSendNothingDoNotKeepOthersOut) {
  HttpServer server{{.request_deadline = 1h, .max_connections = 64}, hello};
  server.start();
  std::vector<SocketClient> silent;
  for (int i = 0; i < 200; ++i) silent.emplace_back(server.port());

  EXPECT_EQ(SocketClient{server.port()}.get("/").status, 200);
}

TEST(HttpConnections, ThatReadTheirAnswersSlowlyDoNotKeepOthersOut) {
  const auto page = std::make_shared<const std::string>(64 << 20, 'x');
  HttpServer server{{.write_deadline = 1h, .max_connections = 8}, [&](const Request& request) {
                      return request.path == "/long" ? Response{.page = page} : hello(request);
                    }};
  server.start();
  std::vector<SocketClient> slow;
  for (int i = 0; i < 40; ++i) {
    slow.emplace_back(server.port()).send("GET /long HTTP/1.1\r\nHost: o\r\n\r\n");
  }

  EXPECT_EQ(SocketClient{server.port()}.get("/").status, 200);
}

TEST(HttpConnections, ShareThePageThatTheyAreSent) {
  const auto page = std::make_shared<const std::string>(long_page, 'x');
  {
    HttpServer server{{}, [&](const Request&) { return Response{.page = page}; }};
    server.start();
    SocketClient packed{server.port()};
    SocketClient plain{server.port()};

    for (int i = 0; i < 3; ++i) {
      const auto zipped = packed.get("/", "Accept-Encoding: gzip\r\n");
      EXPECT_EQ(zipped.headers.at("content-encoding"), "gzip");
      EXPECT_EQ(plain.get("/").body, *page);
    }
  }

  EXPECT_EQ(page.use_count(), 1) << "nobody who has gone keeps it";
}

}  // namespace
}  // namespace outrider::outputs
