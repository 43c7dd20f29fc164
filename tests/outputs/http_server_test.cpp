// SPDX-License-Identifier: Apache-2.0
// The server over real sockets: what it answers.
#include "outputs/http_server.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include "outputs/socket_client.hpp"

namespace outrider::outputs {
namespace {

using testing::Answer;
using testing::SocketClient;

const std::string long_body(100'000, 'x');

/// Echoes what it was asked, or does what a path of its own says.
Response echo(const Request& request) {
  if (request.path == "/throws") throw std::runtime_error{"on purpose"};
  if (request.path == "/long") return {.body = long_body};
  if (request.path == "/missing") return {.status = 404, .body = "no\n"};
  return {.content_type = "text/x-echo",
          .body = request.method + " " + request.path + " " + request.query + " " + request.body,
          .headers = {{"X-Agent", std::string{request.header("user-agent")}}}};
}

class Http : public ::testing::Test {
 protected:
  void SetUp() override { server.start(); }

  SocketClient client() { return SocketClient{server.port()}; }

  Answer exchange(const std::string& bytes) {
    SocketClient one = client();
    one.send(bytes);
    return one.receive();
  }

  HttpServer server{{}, echo};
};

std::string gunzipped(const std::string& packed) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  std::string text(1'000'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

TEST_F(Http, AnswersAGetWithTypeLengthAndBody) {
  const Answer answer = client().get("/a%20b?q=1&r=2", "User-Agent: test\r\n");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "GET /a b q=1&r=2 ");
  EXPECT_EQ(answer.headers.at("content-type"), "text/x-echo");
  EXPECT_EQ(answer.headers.at("x-agent"), "test");
  EXPECT_EQ(answer.headers.count("content-encoding"), 0u);
}

TEST_F(Http, GivesAPostItsBody) {
  const Answer answer = exchange("POST /p HTTP/1.1\r\nHost: o\r\nContent-Length: 4\r\n\r\nkill");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "POST /p  kill");
}

TEST_F(Http, AnswersHeadWithTheLengthOfTheBodyAndWithoutTheBody) {
  SocketClient one = client();

  one.send("HEAD /long HTTP/1.1\r\nHost: o\r\n\r\n");
  const Answer head = one.receive(true);
  const Answer next = one.get("/next");

  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), std::to_string(long_body.size()));
  EXPECT_EQ(next.body, "GET /next  ");
}

TEST_F(Http, PacksALongAnswerForThoseWhoAcceptGzip) {
  const Answer packed = client().get("/long", "Accept-Encoding: deflate, gzip;q=0.5\r\n");
  const Answer plain = client().get("/long", "Accept-Encoding: gzip;q=0\r\n");

  EXPECT_EQ(packed.headers.at("content-encoding"), "gzip");
  EXPECT_EQ(packed.headers.at("vary"), "Accept-Encoding");
  EXPECT_LT(packed.body.size(), long_body.size() / 10);
  EXPECT_EQ(gunzipped(packed.body), long_body);
  EXPECT_EQ(plain.headers.count("content-encoding"), 0u);
  EXPECT_EQ(plain.body, long_body);
}

TEST_F(Http, KeepsAConnectionForMoreRequests) {
  SocketClient one = client();

  for (const char* path : {"/1", "/2", "/3", "/4", "/5"}) EXPECT_EQ(one.get(path).status, 200);
}

TEST_F(Http, AnswersRequestsSentTogetherInTheirOrder) {
  SocketClient one = client();

  one.send("GET /1 HTTP/1.1\r\nHost: o\r\n\r\nGET /2 HTTP/1.1\r\nHost: o\r\n\r\n");

  EXPECT_EQ(one.receive().body, "GET /1  ");
  EXPECT_EQ(one.receive().body, "GET /2  ");
}

TEST_F(Http, ClosesWhenTheClientAsksForIt) {
  SocketClient one = client();
  SocketClient old = client();

  EXPECT_EQ(one.get("/", "Connection: close\r\n").status, 200);
  EXPECT_TRUE(one.is_closed());
  old.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.receive().status, 200);
  EXPECT_TRUE(old.is_closed());
}

TEST_F(Http, PassesOnWhatTheHandlerAnswers) {
  EXPECT_EQ(client().get("/missing").status, 404);
}

TEST_F(Http, AnswersAHandlerThatThrowsWithItsReason) {
  SocketClient one = client();

  const Answer answer = one.get("/throws");

  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body, "on purpose\n");
  EXPECT_EQ(one.get("/").status, 200);
}

TEST_F(Http, RefusesOtherMethods) {
  for (const std::string method : {"PUT", "DELETE", "OPTIONS", "BREW"}) {
    const Answer answer = exchange(method + " / HTTP/1.1\r\nHost: o\r\n\r\n");
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer.headers.at("allow"), "GET, HEAD, POST");
  }
}

TEST_F(Http, RefusesWhatIsNoRequest) {
  for (const std::string bytes :
       {"hello\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET  HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "GET /%zz HTTP/1.1\r\n\r\n", "GET /%00 HTTP/1.1\r\n\r\n", "GET other HTTP/1.1\r\n\r\n"}) {
    EXPECT_EQ(exchange(bytes).status, 400) << bytes;
  }
}

TEST_F(Http, RefusesAHeaderAboveItsMost) {
  const Answer answer = exchange("GET / HTTP/1.1\r\nX: " + std::string(9'000, 'x') + "\r\n\r\n");

  EXPECT_EQ(answer.status, 431);
}

TEST_F(Http, RefusesABodyAboveItsMostWithoutReadingIt) {
  const Answer answer =
      exchange("POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 1000000\r\n\r\nbegin");

  EXPECT_EQ(answer.status, 413);
}

TEST_F(Http, StopsWithConnectionsOpen) {
  SocketClient idle = client();
  SocketClient used = client();
  EXPECT_EQ(used.get("/").status, 200);

  server.stop();

  EXPECT_TRUE(idle.is_closed());
  EXPECT_TRUE(used.is_closed());
  EXPECT_THROW(client(), std::runtime_error);
}

}  // namespace
}  // namespace outrider::outputs
