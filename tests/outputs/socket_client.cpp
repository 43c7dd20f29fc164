// SPDX-License-Identifier: Apache-2.0
#include "outputs/socket_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace outrider::outputs::testing {

namespace {

int connected(int family, const sockaddr* address, socklen_t size, int receive_buffer = 0) {
  const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{10, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (receive_buffer != 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  if (connect(fd, address, size) != 0) {
    close(fd);
    throw std::runtime_error{std::string{"connect: "} + std::strerror(errno)};
  }
  return fd;
}

int connected_to(std::uint16_t port, int receive_buffer) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connected(AF_INET, reinterpret_cast<sockaddr*>(&address), sizeof address, receive_buffer);
}

int connected_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return connected(AF_UNIX, reinterpret_cast<sockaddr*>(&address), sizeof address);
}

std::map<std::string, std::string> headers_of(std::istringstream& lines) {
  std::map<std::string, std::string> headers;
  for (std::string line; std::getline(lines, line) && line != "\r";) {
    const std::size_t colon = line.find(": ");
    std::string name = line.substr(0, colon);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    headers[name] = line.substr(colon + 2, line.size() - colon - 3);
  }
  return headers;
}

}  // namespace

SocketClient::SocketClient(std::uint16_t port, int receive_buffer)
    : fd_{connected_to(port, receive_buffer)} {}
SocketClient::SocketClient(const std::string& unix_path) : fd_{connected_to(unix_path)} {}
SocketClient::SocketClient(SocketClient&& other) noexcept
    : fd_{std::exchange(other.fd_, -1)}, unread_{std::move(other.unread_)} {}

SocketClient::~SocketClient() {
  if (fd_ >= 0) close(fd_);
}

bool SocketClient::send(const std::string& bytes) {
  const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  return sent == static_cast<ssize_t>(bytes.size());
}

bool SocketClient::read_more() {
  char bytes[65536];
  const ssize_t got = recv(fd_, bytes, sizeof bytes, 0);
  if (got <= 0) return false;
  unread_.append(bytes, static_cast<std::size_t>(got));
  return true;
}

Answer SocketClient::receive(bool head) {
  Answer answer;
  std::size_t end = std::string::npos;
  while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
    if (!read_more()) return answer;
  }
  std::istringstream lines{unread_.substr(0, end + 4)};
  std::string version, rest;
  lines >> version >> answer.status;
  std::getline(lines, rest);
  answer.headers = headers_of(lines);
  unread_.erase(0, end + 4);
  const bool has_body = !head && answer.status != 101;
  if (has_body) answer.body = read(std::stoul(answer.headers["content-length"]));
  return answer;
}

std::string SocketClient::read(std::size_t size) {
  while (unread_.size() < size && read_more()) {
  }
  const std::string bytes = unread_.substr(0, size);
  unread_.erase(0, bytes.size());
  return bytes;
}

Answer SocketClient::get(const std::string& path, const std::string& headers) {
  send("GET " + path + " HTTP/1.1\r\nHost: o\r\n" + headers + "\r\n");
  return receive();
}

bool SocketClient::is_closed() {
  char byte = 0;
  ssize_t got = 0;
  while ((got = recv(fd_, &byte, 1, 0)) > 0) {
  }
  return got == 0 || errno == ECONNRESET;
}

}  // namespace outrider::outputs::testing
