// SPDX-License-Identifier: Apache-2.0
// A signal for exactly one process, or for none: never for another that has its
// number by now.
#pragma once

#include <cstdint>
#include <string>

#include "outrider/shm/file.hpp"

namespace outrider {

struct ProcessIdentity {
  std::uint32_t pid = 0;
  std::uint64_t start = 0;  ///< as shm::process_start_time() says
  std::uint64_t pid_namespace = 0;

  /// Who asks.
  static ProcessIdentity own();
  friend bool operator==(const ProcessIdentity&, const ProcessIdentity&) = default;
};

/// A pidfd of exactly that process. None when it is not one of this pid namespace, is
/// gone, is ours, or began at another time; `why` says which.
shm::Descriptor handle_of(const ProcessIdentity& process, std::string& why);

/// Empty: it is sent.
std::string send_signal(const shm::Descriptor& process, int signal);

}  // namespace outrider
