// SPDX-License-Identifier: Apache-2.0
// Loopback sockets, non-blocking once made. Making one throws std::system_error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace demo {

/// Owns one descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_{fd} {}
  Descriptor(Descriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();

  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Port 0: the kernel chooses; see local_port.
Descriptor listen_on_loopback(std::uint16_t port);
/// Empty when nobody is waiting.
Descriptor accept_from(const Descriptor& listener);
/// Empty when nobody listens there.
Descriptor connect_to_loopback(std::uint16_t port);
Descriptor bind_feed();
Descriptor connect_feed(std::uint16_t port);
std::uint16_t local_port(const Descriptor& socket);

enum class SendResult { sent, retry, give_up };
/// All of the bytes or an error: the messages are far smaller than the socket's buffer.
SendResult send_whole(const Descriptor& socket, std::span<const std::byte> bytes) noexcept;

struct Received {
  enum class State { data, nothing, closed } state = State::nothing;
  std::size_t size = 0;
};
Received receive(const Descriptor& socket, std::span<std::byte> into) noexcept;

}  // namespace demo
