// SPDX-License-Identifier: Apache-2.0
#include "trader_signals.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "outrider/shm/file.hpp"
#include "outrider/shm/identity.hpp"

namespace outrider {
namespace {

/// The process that holds the lock of a trader's name; 0: nobody does.
pid_t holder_of(const std::string& path) {
  const shm::Descriptor file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
  if (!file) return 0;
  // The trader's is a write lock on the whole file: a read lock would meet it.
  struct flock lock {};
  lock.l_type = F_RDLCK;
  lock.l_whence = SEEK_SET;
  if (::fcntl(file.get(), F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return 0;
  return lock.l_pid;
}

}  // namespace

std::string signal_trader(const std::string& segment_directory, const TraderIdentity& trader,
                          int signal) {
  if (trader.pid_namespace == 0 || trader.pid_namespace != shm::pid_namespace())
    return "found it in another pid namespace; needed ours";
  const auto pid = static_cast<pid_t>(trader.pid);
  if (pid <= 1 || pid == ::getpid()) return "found process " + std::to_string(pid);
  // First the handle, then who it is: whoever has that start time now had the pid then.
  const shm::Descriptor process{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
  if (!process) return "process " + std::to_string(pid) + ": " + shm::errno_text(errno);
  if (shm::process_start_time(trader.pid) != trader.process_start)
    return "found process " + std::to_string(pid) + " to be another one now, or at its end";
  const pid_t holder = holder_of(segment_directory + "/t/" + trader.name + ".lock");
  if (holder != pid)
    return "found the lock of its name held by process " + std::to_string(holder) + "; needed " +
           std::to_string(pid);
  if (::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0) == 0) return {};
  return "process " + std::to_string(pid) + ": " + shm::errno_text(errno);
}

void TraderSignals::begin(const std::string& segment_directory, const TraderIdentity& trader,
                          const config::EscalationConfig& how, std::chrono::nanoseconds now) {
  if (how.signal == config::TraderSignal::none) return;
  send(segment_directory, trader, SIGTERM);
  if (how.signal == config::TraderSignal::kill) doomed_.push_back({trader, now + how.grace});
}

void TraderSignals::step(const std::string& segment_directory, std::chrono::nanoseconds now) {
  const auto is_due = [&](const Doomed& each) { return each.at <= now; };
  for (const Doomed& each : doomed_) {
    const bool is_gone = shm::process_start_time(each.trader.pid) != each.trader.process_start;
    if (is_due(each) && !is_gone) send(segment_directory, each.trader, SIGKILL);
  }
  doomed_.erase(std::remove_if(doomed_.begin(), doomed_.end(), is_due), doomed_.end());
}

void TraderSignals::send(const std::string& segment_directory, const TraderIdentity& trader,
                         int signal) {
  const std::string why = signal_trader(segment_directory, trader, signal);
  const char* word = signal == SIGKILL ? "SIGKILL" : "SIGTERM";
  if (why.empty()) {
    log_.error("a trader that sends orders through a kill was signalled",
               {{"producer", trader.name}, {"pid", std::to_string(trader.pid)}, {"signal", word}});
  } else {
    log_.error("a trader that sends orders through a kill could not be signalled",
               {{"producer", trader.name}, {"signal", word}, {"reason", why}});
  }
}

}  // namespace outrider
