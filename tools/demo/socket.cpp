// SPDX-License-Identifier: Apache-2.0
// The system calls behind the demo's sockets.
#include "socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace demo {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

const sockaddr* generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

Descriptor make(int type) {
  Descriptor socket{::socket(AF_INET, type | SOCK_CLOEXEC, 0)};
  if (!socket) fail("socket");
  return socket;
}

void set_non_blocking(const Descriptor& socket) {
  if (::fcntl(socket.get(), F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
}

void send_at_once(const Descriptor& socket) {
  const int on = 1;
  if (::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0) {
    fail("TCP_NODELAY");
  }
}

void bind_to(const Descriptor& socket, std::uint16_t port) {
  const sockaddr_in address = loopback(port);
  if (::bind(socket.get(), generic(address), sizeof(address)) != 0) fail("bind");
}

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Descriptor listen_on_loopback(std::uint16_t port) {
  Descriptor socket = make(SOCK_STREAM);
  const int on = 1;
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) {
    fail("SO_REUSEADDR");
  }
  bind_to(socket, port);
  if (::listen(socket.get(), 4) != 0) fail("listen");
  set_non_blocking(socket);
  return socket;
}

Descriptor accept_from(const Descriptor& listener) {
  Descriptor socket{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  if (socket) send_at_once(socket);
  return socket;
}

Descriptor connect_to_loopback(std::uint16_t port) {
  Descriptor socket = make(SOCK_STREAM);
  const sockaddr_in address = loopback(port);
  if (::connect(socket.get(), generic(address), sizeof(address)) != 0) return {};
  send_at_once(socket);
  set_non_blocking(socket);
  return socket;
}

Descriptor bind_feed() {
  Descriptor socket = make(SOCK_DGRAM);
  bind_to(socket, 0);
  set_non_blocking(socket);
  return socket;
}

Descriptor connect_feed(std::uint16_t port) {
  Descriptor socket = make(SOCK_DGRAM);
  const sockaddr_in address = loopback(port);
  if (::connect(socket.get(), generic(address), sizeof(address)) != 0) fail("connect the feed");
  set_non_blocking(socket);
  return socket;
}

std::uint16_t local_port(const Descriptor& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    fail("getsockname");
  }
  return ntohs(address.sin_port);
}

SendResult send_whole(const Descriptor& socket, std::span<const std::byte> bytes) noexcept {
  const ssize_t sent = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(bytes.size())) return SendResult::sent;
  // A part of a message cannot be taken back: the framing is gone.
  return sent < 0 && would_block() ? SendResult::retry : SendResult::give_up;
}

Received receive(const Descriptor& socket, std::span<std::byte> into) noexcept {
  const ssize_t size = ::recv(socket.get(), into.data(), into.size(), 0);
  if (size > 0) return {Received::State::data, static_cast<std::size_t>(size)};
  if (size < 0 && would_block()) return {};
  return {Received::State::closed, 0};
}

}  // namespace demo
