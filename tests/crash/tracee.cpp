// SPDX-License-Identifier: Apache-2.0
#include "crash/tracee.hpp"

#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>

namespace outrider::crash {

void Tracee::start(const std::function<void()>& body) {
  kill();
  problem_.clear();
  made_system_call_ = false;
  pid_ = ::fork();
  if (pid_ == 0) {
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    std::raise(SIGSTOP);
    body();
    ::_exit(0);
  }
  int stopped_by = 0;
  if (!wait(stopped_by)) return;
  ::ptrace(PTRACE_SETOPTIONS, pid_, nullptr, PTRACE_O_EXITKILL);
}

bool Tracee::wait(int& stop_signal) {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0) {
    if (errno == EINTR) continue;
    problem_ = std::string{"waitpid: "} + std::strerror(errno);
    pid_ = 0;
    return false;
  }
  if (WIFSTOPPED(status)) {
    stop_signal = WSTOPSIG(status);
    return true;
  }
  problem_ = WIFSIGNALED(status) ? "ended by signal " + std::to_string(WTERMSIG(status))
                                 : "ended with code " + std::to_string(WEXITSTATUS(status));
  pid_ = 0;
  return false;
}

bool Tracee::run_to_stand() {
  long signal = 0;
  for (;;) {
    ::ptrace(PTRACE_CONT, pid_, nullptr, signal);
    int stopped_by = 0;
    if (!wait(stopped_by)) return false;
    if (stopped_by == SIGSTOP) return true;
    signal = stopped_by;  // delivered as it would have been
  }
}

bool Tracee::is_at_system_call() const {
  constexpr long syscall_opcode = 0x050F;  // 0F 05, as a little-endian word
  const long at = ::ptrace(PTRACE_PEEKUSER, pid_, offsetof(user_regs_struct, rip), nullptr);
  const long code = ::ptrace(PTRACE_PEEKTEXT, pid_, at, nullptr);
  return (code & 0xFFFF) == syscall_opcode;
}

bool Tracee::step() {
  made_system_call_ = is_at_system_call();
  ::ptrace(PTRACE_SINGLESTEP, pid_, nullptr, nullptr);
  int stopped_by = 0;
  if (!wait(stopped_by)) return false;
  if (stopped_by == SIGTRAP) return true;
  problem_ = "stopped by signal " + std::to_string(stopped_by);
  return false;
}

void Tracee::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
}

}  // namespace outrider::crash
