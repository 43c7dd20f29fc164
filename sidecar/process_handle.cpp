// SPDX-License-Identifier: Apache-2.0
#include "process_handle.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "outrider/shm/identity.hpp"

namespace outrider {

ProcessIdentity ProcessIdentity::own() {
  const auto pid = static_cast<std::uint32_t>(::getpid());
  return {pid, shm::process_start_time(pid).value_or(0), shm::pid_namespace()};
}

shm::Descriptor handle_of(const ProcessIdentity& process, std::string& why) {
  if (process.pid_namespace == 0 || process.pid_namespace != shm::pid_namespace()) {
    why = "found it in another pid namespace; needed ours";
    return {};
  }
  const auto pid = static_cast<pid_t>(process.pid);
  const std::string name = "process " + std::to_string(pid);
  if (pid <= 1 || pid == ::getpid()) {
    why = "found " + name;
    return {};
  }
  // First the handle, then who it is: whoever has that start time now had the pid then.
  shm::Descriptor handle{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
  if (!handle) {
    why = name + ": " + shm::errno_text(errno);
    return {};
  }
  if (shm::process_start_time(process.pid) != process.start) {
    why = "found " + name + " to be another one now, or at its end";
    return {};
  }
  return handle;
}

std::string send_signal(const shm::Descriptor& process, int signal) {
  if (::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0) == 0) return {};
  return shm::errno_text(errno);
}

}  // namespace outrider
