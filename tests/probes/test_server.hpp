// SPDX-License-Identifier: Apache-2.0
// A TCP server on a free port of loopback, on a thread of its own: it reads a
// request and sends one text, or nothing.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace outrider::probes {

class TestServer {
 public:
  /// Empty: it takes connections and says nothing.
  explicit TestServer(std::string answer) : answer_{std::move(answer)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      std::abort();
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { run(); }};
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  ~TestServer() {
    stop_ = true;
    thread_.join();
    for (const int each : open_) ::close(each);
    ::close(listener_);
  }

  [[nodiscard]] int port() const { return port_; }
  /// What it says from now on.
  void say(std::string answer) {
    const std::lock_guard guard{mutex_};
    answer_ = std::move(answer);
  }

 private:
  void run() {
    while (!stop_) {
      pollfd wanted{listener_, POLLIN, 0};
      if (::poll(&wanted, 1, 10) <= 0) continue;
      const int peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      const std::lock_guard guard{mutex_};
      if (answer_.empty()) {
        open_.push_back(peer);
        continue;
      }
      char request[4096];
      pollfd asked{peer, POLLIN, 0};
      if (::poll(&asked, 1, 5000) > 0) (void)!::recv(peer, request, sizeof request, 0);
      for (std::size_t sent = 0; sent < answer_.size();) {
        const ssize_t done =
            ::send(peer, answer_.data() + sent, answer_.size() - sent, MSG_NOSIGNAL);
        if (done <= 0) break;
        sent += static_cast<std::size_t>(done);
      }
      ::close(peer);
    }
  }

  int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::string answer_;
  std::vector<int> open_;
  std::thread thread_;
};

}  // namespace outrider::probes
