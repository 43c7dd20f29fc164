// SPDX-License-Identifier: Apache-2.0
// Sockets that listen, made with the plain system calls: what can go wrong here
// is told to an operator, with the process that is in the way.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "outputs/http_message.hpp"

namespace outrider::outputs {

/// What keeps a server from listening, for an operator to read.
class ListenError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_{fd} {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_{other.release()} {}
  Descriptor& operator=(Descriptor&&) = delete;

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

struct Listener {
  Descriptor socket;
  int family = 0;  ///< AF_INET, AF_INET6 or AF_UNIX
};

/// Throws ListenError; port 0 takes any free one.
Listener listen_on_tcp(const std::string& host, std::uint16_t port);

/// Mode 0660 from its first instant. A socket that nobody listens on any more
/// is replaced; one that is alive, or another kind of file, throws ListenError.
Listener listen_on_unix(const std::string& path);

/// The port a TCP socket is bound to; 0 for another kind.
std::uint16_t bound_port(int socket);

/// Whoever connected a Unix socket; nothing for another kind.
std::optional<PeerCredentials> peer_credentials(int socket);

/// The numeric address of whoever connected a TCP socket; empty for another kind.
std::string peer_address(int socket);

}  // namespace outrider::outputs
