// SPDX-License-Identifier: Apache-2.0
// Where the server listens, and what it says when it cannot.
#include "outputs/listener.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "outputs/http_server.hpp"
#include "outputs/socket_client.hpp"

namespace outrider::outputs {
namespace {

using testing::SocketClient;

Response peer_text(const Request& request) {
  if (!request.peer) return {.body = "unknown"};
  return {.body = std::to_string(request.peer->pid) + " " + std::to_string(request.peer->uid) +
                  " " + std::to_string(request.peer->groups.front())};
}

class UnixSocket : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/outrider-socket-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    directory = name;
    path = directory + "/control.sock";
  }
  void TearDown() override { std::filesystem::remove_all(directory); }

  /// The reason why a server cannot listen on the path; empty when it can.
  std::string refusal() const {
    HttpServer server{{.unix_path = path}, peer_text};
    try {
      server.start();
    } catch (const ListenError& error) {
      return error.what();
    }
    return "";
  }

  std::string directory;
  std::string path;
};

std::string me() {
  return std::to_string(getpid()) + " " + std::to_string(getuid()) + " " + std::to_string(getgid());
}

TEST_F(UnixSocket, TellsTheHandlerWhoAsks) {
  HttpServer server{{.unix_path = path}, peer_text};
  server.start();

  EXPECT_EQ(SocketClient{path}.get("/").body, me());
  EXPECT_EQ(server.port(), 0);
}

TEST_F(UnixSocket, IsForOwnerAndGroupWhateverTheUmask) {
  const mode_t before = umask(0077);
  HttpServer server{{.unix_path = path}, peer_text};
  server.start();
  umask(before);

  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0660u);
}

TEST_F(UnixSocket, IsGoneAfterAStop) {
  HttpServer server{{.unix_path = path}, peer_text};
  server.start();

  server.stop();

  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(UnixSocket, ReplacesOneThatNobodyListensOn) {
  { const Listener abandoned = listen_on_unix(path); }
  ASSERT_TRUE(std::filesystem::exists(path));

  EXPECT_EQ(refusal(), "");
}

TEST_F(UnixSocket, IsNotTakenFromALivingServer) {
  HttpServer server{{.unix_path = path}, peer_text};
  server.start();

  EXPECT_EQ(refusal(), "cannot listen on " + path + ": found it in use by pid " +
                           std::to_string(getpid()) +
                           " (http_server_tes); needed a name of its own; give --control.socket");
  EXPECT_EQ(SocketClient{path}.get("/").body, me());
}

TEST_F(UnixSocket, DoesNotReplaceAFile) {
  std::ofstream{path} << "mine";

  EXPECT_EQ(refusal(),
            "cannot listen on " + path +
                ": found a file that is no socket; needed a free name; remove it or give "
                "--control.socket");
  EXPECT_EQ(std::filesystem::file_size(path), 4u);
}

TEST_F(UnixSocket, HasANameThatFits) {
  path = directory + "/" + std::string(200, 'x');

  EXPECT_NE(refusal().find("needed at most 107 for a Unix socket"), std::string::npos) << refusal();
}

TEST(TcpListener, SaysWhoHoldsThePort) {
  HttpServer first{{}, peer_text};
  first.start();
  HttpServer second{{.port = first.port()}, peer_text};

  try {
    second.start();
    FAIL() << "two servers on one port";
  } catch (const ListenError& error) {
    EXPECT_EQ(std::string{error.what()},
              "cannot listen on 127.0.0.1:" + std::to_string(first.port()) +
                  ": Address already in use, found it held by pid " + std::to_string(getpid()) +
                  " (http_server_tes); needed a free port; stop that process or give "
                  "--web.listen-address");
  }
}

TEST(TcpListener, RefusesAnAddressThatIsNotOurs) {
  EXPECT_THROW(listen_on_tcp("192.0.2.1", 0), ListenError);
  EXPECT_THROW(listen_on_tcp("example.org", 0), ListenError);
}

TEST(TcpListener, HasNoPeerCredentials) {
  HttpServer server{{}, peer_text};
  server.start();

  EXPECT_EQ(SocketClient{server.port()}.get("/").body, "unknown");
}

}  // namespace
}  // namespace outrider::outputs
