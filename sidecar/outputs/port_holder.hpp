// SPDX-License-Identifier: Apache-2.0
// Who already listens on a port, as far as /proc tells this user.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace outrider::outputs {

struct Process {
  pid_t pid = 0;
  std::string name;  ///< as in /proc/PID/comm
};

/// A process of this network namespace that listens on the TCP port. Nothing
/// when there is none, or when its descriptors may not be read.
std::optional<Process> port_holder(std::uint16_t port);

/// The name of a process; empty when it is gone.
std::string process_name(pid_t pid);

}  // namespace outrider::outputs
