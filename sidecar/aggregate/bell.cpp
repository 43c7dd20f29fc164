// SPDX-License-Identifier: Apache-2.0
#include "aggregate/bell.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace outrider::aggregate {

Bell::Bell() : counter_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {
  if (!counter_) throw std::system_error{errno, std::generic_category(), "eventfd"};
}

void Bell::ring() const noexcept {
  const std::uint64_t once = 1;
  // It can fail only because it has been rung 2^64 times.
  [[maybe_unused]] const ssize_t written = ::write(counter_.get(), &once, sizeof once);
}

void Bell::silence() const noexcept {
  std::uint64_t times = 0;
  [[maybe_unused]] const ssize_t taken = ::read(counter_.get(), &times, sizeof times);
}

void Bell::wait(std::chrono::milliseconds at_most, int beside) const noexcept {
  std::array<pollfd, 2> watched{pollfd{counter_.get(), POLLIN, 0}, pollfd{beside, POLLIN, 0}};
  ::poll(watched.data(), watched.size(), static_cast<int>(at_most.count()));
  silence();
}

}  // namespace outrider::aggregate
