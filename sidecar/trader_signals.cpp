// SPDX-License-Identifier: Apache-2.0
#include "trader_signals.hpp"

#include <fcntl.h>
#include <signal.h>

#include <algorithm>

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
  std::string why;
  const shm::Descriptor process = handle_of(trader.process, why);
  if (!process) return why;
  const auto pid = static_cast<pid_t>(trader.process.pid);
  const pid_t holder = holder_of(segment_directory + "/t/" + trader.name + ".lock");
  if (holder != pid)
    return "found the lock of its name held by process " + std::to_string(holder) + "; needed " +
           std::to_string(pid);
  return send_signal(process, signal);
}

void TraderSignals::look(const std::string& segment_directory, const TraderIdentity& trader,
                         OrdersNews news, const config::EscalationConfig& how) {
  const bool begins = news == OrdersNews::flow;
  std::erase_if(warned_, [&](const ProcessIdentity& each) {
    const bool is_gone = shm::process_start_time(each.pid) != each.start;
    return is_gone || (begins && each == trader.process);
  });
  if (how.signal == config::TraderSignal::none) return;
  if (std::find(warned_.begin(), warned_.end(), trader.process) == warned_.end()) {
    if (send(segment_directory, trader, SIGTERM)) warned_.push_back(trader.process);
    return;
  }
  if (how.signal == config::TraderSignal::kill) send(segment_directory, trader, SIGKILL);
}

bool TraderSignals::send(const std::string& segment_directory, const TraderIdentity& trader,
                         int signal) {
  const std::string why = signal_trader(segment_directory, trader, signal);
  const char* word = signal == SIGKILL ? "SIGKILL" : "SIGTERM";
  if (why.empty()) {
    log_.error(
        "a trader that sends orders through a kill was signalled",
        {{"producer", trader.name}, {"pid", std::to_string(trader.process.pid)}, {"signal", word}});
  } else {
    log_.error("a trader that sends orders through a kill could not be signalled",
               {{"producer", trader.name}, {"signal", word}, {"reason", why}});
  }
  return why.empty();
}

}  // namespace outrider
