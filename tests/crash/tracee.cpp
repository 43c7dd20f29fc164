// SPDX-License-Identifier: Apache-2.0
#include "crash/tracee.hpp"

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <utility>

namespace outrider::crash {
namespace {

bool can_change_files(const user_regs_struct& registers) {
  switch (registers.orig_rax) {
    case SYS_open:
      return (registers.rsi & (O_CREAT | O_TRUNC)) != 0;
    case SYS_openat:
      return (registers.rdx & (O_CREAT | O_TRUNC)) != 0;
    case SYS_write:
    case SYS_pwrite64:
    case SYS_ftruncate:
    case SYS_fallocate:
    case SYS_link:
    case SYS_linkat:
    case SYS_unlink:
    case SYS_unlinkat:
    case SYS_rename:
    case SYS_renameat2:
      return true;
    default:
      return false;
  }
}

}  // namespace

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
  ::ptrace(PTRACE_SETOPTIONS, pid_, nullptr, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD);
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

bool Tracee::run_to_change() {
  constexpr int system_call_stop = SIGTRAP | 0x80;
  for (bool enters = true;; enters = !enters) {
    ::ptrace(PTRACE_SYSCALL, pid_, nullptr, nullptr);
    int stopped_by = 0;
    if (!wait(stopped_by)) return false;
    if (stopped_by != system_call_stop) {
      problem_ = "stopped by signal " + std::to_string(stopped_by) + " before it changed a file";
      return false;
    }
    user_regs_struct registers{};
    ::ptrace(PTRACE_GETREGS, pid_, nullptr, &registers);
    is_in_system_call_ = enters && can_change_files(registers);
    if (is_in_system_call_) return true;
  }
}

bool Tracee::is_at_system_call() const {
  constexpr long syscall_opcode = 0x050F;  // 0F 05, as a little-endian word
  const long at = ::ptrace(PTRACE_PEEKUSER, pid_, offsetof(user_regs_struct, rip), nullptr);
  const long code = ::ptrace(PTRACE_PEEKTEXT, pid_, at, nullptr);
  return (code & 0xFFFF) == syscall_opcode;
}

bool Tracee::step() {
  made_system_call_ = std::exchange(is_in_system_call_, false) || is_at_system_call();
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
